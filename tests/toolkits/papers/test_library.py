"""The sources together."""

from __future__ import annotations

import pytest

from engine.errors import Void
from tests.servers.replies import Failure
from tests.toolkits.papers.sites import KINDS, sites
from tests.toolkits.papers.works import LOST, LSTM, MEMGPT
from toolkits.papers.identifier import PaperId
from toolkits.papers.library import Library, Nowhere
from toolkits.papers.sources.corpus import Corpus

ID = PaperId("arxiv", "2310.08560")
DOWN = {"failures": [Failure(503)] * 100}


async def test_the_first_that_has_enough():
    """Others are not asked."""
    async with sites() as here:
        papers, troubles = await here.library().search("long", 1)
    assert [paper.source for paper in papers] == ["semantic_scholar"]
    assert troubles == {}
    assert here.asked == {"semantic_scholar": 1, "arxiv": 0, "openalex": 0}


async def test_a_search_that_takes_several():
    """Each paper once, with all that is known of it."""
    async with sites() as here:
        papers, troubles = await here.library().search("long", 5)
    assert [paper.title for paper in papers] == [LOST.title, LSTM.title]
    assert [paper.source for paper in papers] == [
        "semantic_scholar+arxiv+openalex",
        "semantic_scholar+openalex",
    ]
    assert set(papers[0].ids) == {"s2", "arxiv", "doi", "corpus_id", "openalex"}
    assert troubles == {}
    assert here.invalid == []


async def test_order():
    """As configured; what it leaves out is not asked."""
    async with sites() as here:
        paper = await here.library(order=["openalex", "semantic_scholar"]).paper(ID)
        assert (paper.source, paper.tldr) == ("openalex+semantic_scholar", MEMGPT.tldr)
        assert here.asked["arxiv"] == 0
        assert (await here.library(order=["arxiv"]).paper(ID)).tldr == ""


@pytest.mark.parametrize(
    ("sources", "order", "words"),
    [(["a"], ["b"], "order: there is no source 'b'; there are: a"), ([], None, "sources: at least one")],
)
def test_what_makes_no_sense(sources, order, words):
    with pytest.raises(ValueError, match=words):
        Library({name: Corpus() for name in sources}, order)


async def test_one_is_down(twice):
    """The others serve, and what was wrong is told."""
    async with sites(semantic_scholar=DOWN) as here:
        papers, troubles = await here.library().search("paging operating memory", 5)
        assert [paper.source for paper in papers] == ["arxiv"]
        assert list(troubles) == ["semantic_scholar"]
        assert (await here.library().paper(ID)).source == "arxiv+openalex"
        assert len(await here.library().references(ID, 5)) == 2


async def test_all_are_down(twice):
    """Each says why."""
    async with sites(semantic_scholar=DOWN, arxiv=DOWN, openalex=DOWN) as here:
        library = here.library()
        with pytest.raises(
            Nowhere, match=r"semantic_scholar failed .* arxiv failed .* openalex failed"
        ) as nowhere:
            await library.search("memory", 5)
        assert list(nowhere.value.troubles) == list(KINDS)
        for asked in (library.paper(ID), library.references(ID, 5), library.part(ID, "results")):
            with pytest.raises(Nowhere):
                await asked


async def test_nothing_found_is_no_trouble():
    async with sites() as here:
        assert await here.library().search("quantum", 5) == ([], {})


async def test_by_an_id_that_others_do_not_know(twice):
    """One tells it to the next, whichever stands first."""
    async with sites() as here:
        for id in (PaperId("openalex", LOST.openalex), PaperId("s2", LOST.s2), PaperId("doi", LOST.doi)):
            paper = await here.library(order=["arxiv", "semantic_scholar", "openalex"]).paper(id)
            assert paper.tldr == LOST.tldr
        found = await here.library().references(PaperId("openalex", MEMGPT.openalex), 5)
        assert "semantic_scholar" in {paper.source for paper in found}
    assert here.invalid == []


async def test_by_our_own_id():
    """What the corpus calls a paper, others know by its arXiv id."""
    async with sites() as here:
        library = Library({**here.sources(), "corpus": Corpus()})
        paper = await library.paper(PaperId("corpus", "memgpt"))
        assert paper.source == "corpus"
        assert await library.references(PaperId("corpus", "memgpt"), 50)
    assert here.asked["semantic_scholar"] >= 1
    assert here.invalid == []


async def test_no_references_is_no_answer():
    """The next is asked; where none has any, it is said."""
    async with sites() as here:
        with pytest.raises(Nowhere, match="knows no references"):
            await here.library().references(PaperId("doi", LSTM.doi), 5)
    assert min(here.asked["semantic_scholar"], here.asked["openalex"]) >= 1


async def test_what_a_source_never_has_is_not_told():
    """Unless there is nothing else to say."""
    async with sites() as here:
        with pytest.raises(Nowhere) as nowhere:
            await here.library().paper(PaperId("doi", "10.1000/nothing"))
        assert set(nowhere.value.troubles) == {"semantic_scholar", "openalex"}
        with pytest.raises(Nowhere) as nowhere:
            await here.library(order=["arxiv"]).references(ID, 5)
        assert str(nowhere.value) == "arxiv tells no references"


async def test_a_second_run_asks_nothing(tmp_path, twice):
    """All answers are kept, be they a no; offline it goes as before, trouble included."""
    cache = str(tmp_path / "kept")
    missing = PaperId("arxiv", "2310.99999")

    async def everything(library: Library) -> list[object]:
        with pytest.raises(Nowhere) as nowhere:
            await library.paper(missing)
        return [
            await library.search("long", 5),
            await library.search("quantum", 5),
            await library.paper(ID),
            await library.paper(PaperId("openalex", LOST.openalex)),
            await library.references(ID, 5),
            str(nowhere.value),
        ]

    async with sites() as here:
        first = await everything(here.library(cache=cache))
        asked = here.asked
        assert await everything(here.library(cache=cache)) == first
        assert here.asked == asked
    assert await everything(here.library(cache=cache, offline=True)) == first


async def test_offline_is_as_it_was(tmp_path, twice):
    """Where a source had failed, the next answers again; what was never asked makes the run void."""
    cache = str(tmp_path / "kept")
    async with sites(semantic_scholar=DOWN) as here:
        first = await here.library(cache=cache).search("long", 5)
    assert [paper.source for paper in first[0]] == ["arxiv+openalex", "openalex"]
    offline = here.library(cache=cache, offline=True)
    papers, troubles = await offline.search("long", 5)
    assert papers == first[0]
    assert str(troubles["semantic_scholar"]) == "failed (HTTP 503)"
    with pytest.raises(Void, match="was never fetched"):
        await offline.search("short", 5)
