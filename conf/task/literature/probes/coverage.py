"""Decides what a review covers by the papers that it names and the results that it gives for them.

An approach is covered by prose that explains, names two of its papers and gives a checked result of one; a
seminal work by its name and a checked result of its own. A number counts only for the paper that it stands
with, and not where it is denied. Synthesis is for a judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from engine.agent import Attempt
from engine.submission import Submission
from engine.verdict import Evidence, Verdict
from toolkits.papers.entry import Entry, entries

from .figures import Found, Reading, figures
from .naming import Names
from .prose import Sentence, sentences

SEMINAL = "seminal_"
PAPERS = 2  # that an approach needs
EXPLAINED = 20  # words on its papers, beside those that it takes to state results
A_RESULT = 12  # words that it takes to state one
DIFFERENT = 12  # words among them that differ
WORD = re.compile(r"[a-z]{5,}")
CARRIED = 2  # sentences without a name that still speak of the papers before


@dataclass
class Treatment:
    """What a review says of one paper: where it is named, and where a result of it stands that is right.

    `doubtful` are results that a sentence seems to take back, or that stand with unknown numbers.
    """

    named: list[Sentence] = field(default_factory=list)
    right: list[Sentence] = field(default_factory=list)
    doubtful: list[Sentence] = field(default_factory=list)


async def probe(submission: Submission, attempt: Attempt) -> dict[str, Verdict]:
    del attempt
    papers = entries()
    name, text = next(iter(submission.files.items()))
    said = treatments(text)
    approaches = sorted({approach for paper in papers.values() for approach in paper.approaches.values()})
    verdicts = {approach: _approach(approach, papers, said, name) for approach in approaches}
    return verdicts | {f"{SEMINAL}{key}": _seminal(papers[key], said[key], name) for key in papers}


@cache
def _names() -> Names:
    return Names(entries())


def treatments(text: str) -> dict[str, Treatment]:
    """By the paper's key."""
    papers = entries()
    said = {key: Treatment() for key in papers}
    for reading in _read(text):
        if not reading.sentence.prose:
            continue
        for key in {mention.key for mention in reading.mentions} or reading.carried:
            said[key].named.append(reading.sentence)
            given = reading.gives(papers[key])
            if given is not Found.NOT:
                (said[key].right if given is Found.RIGHT else said[key].doubtful).append(reading.sentence)
    return said


def _read(text: str) -> Iterator[Reading]:
    """Each sentence with the papers that it names, and those that are still spoken of."""
    found = sentences(text)
    carried: set[str] = set()
    since, last = 0, None
    for sentence, mentions in zip(found, _names().mentions(found), strict=True):
        if last is None or sentence.paragraph > last.paragraph + 1 or since >= CARRIED:
            carried = set()
        beside = last is not None and last.paragraph == sentence.paragraph
        yield Reading(sentence, mentions, frozenset(carried), last.usual if last and beside else "")
        last, since = sentence, 0 if mentions else since + 1
        carried = {each.key for each in mentions} or carried


def _approach(
    approach: str, papers: Mapping[str, Entry], said: Mapping[str, Treatment], file: str
) -> Verdict:
    own = {key: said[key] for key, paper in papers.items() if approach in paper.approaches.values()}
    named = [key for key, treatment in own.items() if treatment.named]
    told = ", ".join(papers[key].name for key in named)
    if len(named) < PAPERS:
        return Verdict("fail", f"of its papers the review treats {told or 'none'}; {PAPERS} are needed")
    found = {sentence for each in own.values() for sentence in each.named}
    if _explaining(found) < EXPLAINED or _words(found, [papers[key] for key in named]) < DIFFERENT:
        return Verdict("fail", f"hardly a word explains {told}", _quoted(own[named[0]].named, file))
    return _numbered(told, [own[key] for key in named], file)


def _explaining(found: set[Sentence]) -> int:
    """Words beside those that state results."""
    return sum(max(0, each.words - A_RESULT * len(figures(each.usual))) for each in found)


def _words(found: set[Sentence], papers: Sequence[Entry]) -> int:
    """Different telling words, other than of names and results."""
    told = " ".join(" ".join((each.title, *each.aliases, *each.authors)) for each in papers)
    told += " ".join(word for each in papers for fact in each.facts for word in fact.near)
    known = set(WORD.findall(told.lower()))
    return len({word for each in found for word in WORD.findall(each.usual.lower())} - known)


def _seminal(paper: Entry, treatment: Treatment, file: str) -> Verdict:
    if not treatment.named:
        return Verdict("fail", f"{paper.name} is not treated")
    return _numbered(paper.name, [treatment], file)


def _numbered(told: str, found: list[Treatment], file: str) -> Verdict:
    """By the results that stand with these papers."""
    if right := [each.right[0] for each in found if each.right]:
        return Verdict("pass", f"treats {told}; a checked result stands there", _quoted(right, file))
    if doubtful := [each.doubtful[0] for each in found if each.doubtful]:
        reason = f"whether a result of {told} is given or taken back, or mixed with others, is not clear"
        return Verdict("unclear", reason, _quoted(doubtful, file))
    return Verdict("fail", f"no checked result stands with {told}", _quoted(found[0].named, file))


def _quoted(found: list[Sentence], file: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(sentence.text[:200], file, sentence.line) for sentence in found[:2])
