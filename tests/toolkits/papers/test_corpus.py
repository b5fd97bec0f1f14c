"""The papers that come with the package."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
import yaml

from engine.config.mounts import CONF
from toolkits.papers.entry import Entry, entries
from toolkits.papers.identifier import PaperId
from toolkits.papers.index import Index
from toolkits.papers.kept import Kept
from toolkits.papers.sources.corpus import Corpus
from toolkits.papers.trouble import Trouble

PAPERS = entries()
INDEX = Index(PAPERS.values())
WORD = r"\w+"
TOPICS = {path.stem for path in (CONF / "topic").glob("*.yaml")} - {"all"}
CORE = [paper for paper in PAPERS.values() if paper.core]
ODD = [
    *(
        '"',
        "'",
        "AND",
        "NOT",
        "NEAR(a b)",
        "a*",
        "col:b",
        "(",
        "a AND (b OR",
        "^x",
        "-x",
        "\0",
        "_",
        "\ud800",
        "",
    ),
    *("💡", "²", "a\nb", "title:memory", "' OR 1=1 --", "x" * 10_000, "memory " * 500, "\u202e", "ĳ", "½"),
]


def test_how_many():
    """About a hundred; a quarter to a third of them is not what a review should know."""
    assert 90 <= len(PAPERS) <= 130
    assert 0.25 <= 1 - len(CORE) / len(PAPERS) <= 0.35
    topics = Counter(topic for paper in CORE for topic in paper.approaches)
    assert set(topics) == TOPICS
    assert min(topics.values()) >= 20


def flaws(paper: Entry) -> Iterator[str]:
    """What is wrong with a paper."""
    texts = {"abstract": 200, "tldr": 40, "introduction": 500, "results": 300}
    yield from (name for name, least in texts.items() if len(getattr(paper, name).strip()) < least)
    yield from ("key" for _ in range(not re.fullmatch(r"[a-z0-9_]+", paper.key)))
    known = [PaperId(kind, value) for kind, value in paper.paper.ids.items()]
    yield from (str(id) for id in known if PaperId.parse(str(id)) != id)
    yield from (topic for topic in paper.approaches if topic not in TOPICS)
    yield from (name for name in paper.common if name not in (*paper.aliases, paper.title))
    if not (paper.title.strip() and paper.authors and 1950 <= paper.year <= 2026 and len(paper.tldr) < 400):
        yield "title, authors, year or tldr"


def test_each_is_whole():
    """Every text is there, and ids are such."""
    assert [(paper.key, flaw) for paper in PAPERS.values() for flaw in flaws(paper)] == []


def test_what_they_refer_to():
    """Others that are there and no younger; none twice, not themselves."""
    assert [paper.key for paper in PAPERS.values() if len({*paper.references}) < len(paper.references)] == []
    links = [(paper, PAPERS[key]) for paper in PAPERS.values() for key in paper.references]
    assert [(paper.key, other.key) for paper, other in links if other.year > paper.year + 1] == []
    assert [paper.key for paper, other in links if paper is other] == []
    assert len(links) > 3 * len(CORE)


def test_facts_stand_in_the_results():
    """Each number that a review may be held to can be read in the paper's texts, in some spelling."""
    missing = []
    for paper in CORE:
        text = f"{paper.abstract} {paper.tldr} {paper.introduction} {paper.results}"
        missing += [fact.claim for fact in paper.facts if not any(number in text for number in fact.numbers)]
    assert missing == []
    assert sum(bool(paper.facts) for paper in CORE) > 0.9 * len(CORE)


def test_no_paper_stands_twice():
    """Neither by an id nor by a title."""
    seen = Counter(
        str(PaperId(kind, value)) for paper in PAPERS.values() for kind, value in paper.paper.ids.items()
    )
    titles = Counter(paper.title.lower() for paper in PAPERS.values())
    assert [id for id, count in (seen + titles).items() if count > 1] == []


def found(query: str, limit: int = 10) -> Sequence[str]:
    return INDEX.search(query, limit)


def test_by_its_names():
    """By title among the first; by an alias too, unless that is a common word."""
    papers = PAPERS.values()
    assert [paper.key for paper in papers if found(paper.title)[0] != paper.key] == []
    names = [(paper, name) for paper in papers for name in paper.aliases if name not in paper.common]
    assert [(paper.key, name) for paper, name in names if paper.key not in found(name)] == []


def test_by_its_id():
    """An arXiv id or a DOI stands in no other."""
    ids = [(paper, id) for paper in PAPERS.values() for id in (paper.arxiv, paper.doi) if id]
    assert [(paper.key, id) for paper, id in ids if found(id)[0] != paper.key] == []


def test_by_author():
    """The last name of the first one, with a word of the title."""
    asked = {
        paper.key: f"{paper.authors[0].split()[-1]} {max(re.findall(WORD, paper.title), key=len)}"
        for paper in PAPERS.values()
    }
    assert [(key, query) for key, query in asked.items() if key not in found(query)] == []


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("paging memory of an operating system", "memgpt"),
        ("attention instead of recurrence", "transformer"),
        ("position of documents in a long context", "lost_middle"),
    ],
)
def test_by_topic(query, key):
    assert key in found(query, 5)


@pytest.mark.parametrize("query", ODD, ids=ascii)
def test_any_characters(query):
    """It never fails, nor gives more than was asked for."""
    assert len(found(query, 5)) <= 5


def test_any_characters_at_random():
    dice = random.Random(0)
    for _ in range(300):
        query = "".join(chr(dice.choice((dice.randrange(128), dice.randrange(0x11000)))) for _ in range(12))
        found(query, 5)


def test_the_best_first():
    """A name counts more than a mention; words that say nothing find nothing."""
    assert found("MemGPT", 5)[0] == "memgpt"
    assert found("?!", 5) == []


async def test_as_a_source():
    """By our id, arXiv's or a DOI; its references are others of ours."""
    source = Corpus()
    source.keep(Kept())
    paper = await source.paper(PaperId("arxiv", "2310.08560"))
    assert await source.paper(PaperId("corpus", "memgpt")) == paper
    assert [cited.source for cited in await source.references(PaperId("corpus", "memgpt"), 2)] == [
        "corpus"
    ] * 2
    assert "32.1%" in (await source.part(PaperId("corpus", "memgpt"), "results")).text
    with pytest.raises(Trouble, match="does not hold this paper"):
        await source.paper(PaperId("arxiv", "2310.99999"))


ENTRY = {
    "key": "a", "title": "A", "authors": ["B"], "year": 2020, "venue": "C",
    "abstract": "d", "tldr": "e", "introduction": "f", "results": "g",
}  # fmt: skip


async def test_a_folder_of_ones_own(tmp_path):
    """Its papers take the place of ours."""
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump([ENTRY]))
    assert [paper.title for paper in await Corpus(str(tmp_path)).search("a", 5)] == ["A"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "mine.yaml: this must be a list of papers"),
        ("a: 1", "mine.yaml: this must be a list of papers"),
        ("- a: [", "mine.yaml: while parsing"),
        ("- 5", "mine.yaml: 5: "),
        (yaml.safe_dump([{**ENTRY, "colour": "red"}]), "mine.yaml: a: .*colour"),
        (yaml.safe_dump([ENTRY, ENTRY]), "mine.yaml: a stands twice"),
        (yaml.safe_dump([{**ENTRY, "references": ["b"]}]), "a refers to b, which is not there"),
        (yaml.safe_dump([{**ENTRY, "facts": [{"claim": "x"}]}]), "mine.yaml: a: "),
    ],
)
def test_a_folder_that_is_wrong(tmp_path, text, words):
    """It is refused, with the file and the paper."""
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(ValueError, match=words):
        Corpus(str(tmp_path))


def test_an_empty_folder(tmp_path):
    with pytest.raises(ValueError, match="there are no YAML files of papers in it"):
        Corpus(str(tmp_path))
    assert Entry(**ENTRY).paper.ids == {"corpus": "a"}
