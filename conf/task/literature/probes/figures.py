"""Results in sentences: whether a checked number stands there, for the paper that it is the result of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum

from toolkits.papers.entry import Entry, Fact

from .denial import denied, doubted
from .owner import YEAR, Placed, owners
from .prose import Sentence
from .spelling import usual

SHORT = 4  # letters of a word that must stand by itself
TELLING = 3  # digits of a number that says by itself what it is about
MOST_NUMBERS = 14  # in one sentence; more is a list in the dress of a sentence
NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?:%|x\b)?")
ARXIV = re.compile(r"\d{4}\.\d{4,5}$")


class Found(IntEnum):
    """Whether a sentence gives a result of a paper."""

    NOT = 0
    DOUBTFUL = 1
    RIGHT = 2


@dataclass(frozen=True)
class Reading:
    """A sentence, the papers that it names, those `carried` over from before, and the sentence before."""

    sentence: Sentence
    mentions: Sequence[Placed]
    carried: Set[str]
    before: str

    @property
    def context(self) -> str:
        """The sentence with the one before it."""
        return f"{self.before} {self.sentence.usual}"

    def gives(self, paper: Entry) -> Found:
        """Doubtful where it takes something back, says not of what the number is, or has unknown ones."""
        text = self.sentence.usual
        stated = [fact for fact in paper.facts if self._states(fact, paper)]
        if len(figures(text)) > MOST_NUMBERS or not stated:
            return Found.NOT
        sure = any(_near(fact.near, self.context) for fact in stated)
        return Found.RIGHT if sure and not doubted(text) and not self._unknown(paper) else Found.DOUBTFUL

    def _states(self, fact: Fact, paper: Entry) -> bool:
        text = self.sentence.usual
        others = [other for other in paper.facts if other is not fact]
        return any(
            paper.key in owners(place, text, self.mentions, self.carried)
            and not denied(text, place)
            and (_telling(number) or _near(fact.near, self.context))
            and not _nearer(place, text, fact, others)
            for number in fact.numbers
            for place in places(number, fact.claim, text)
        )

    def _unknown(self, paper: Entry) -> bool:
        """Whether it gives the paper a number that stands nowhere in what is known of the paper."""
        text, known = self.sentence.usual, paper_numbers(paper)
        return any(
            len(found[0].rstrip("%x")) > 1
            and not YEAR.match(found[0])
            and not ARXIV.match(found[0])
            and found[0].rstrip("%x") not in known
            and owners(found.start(), text, self.mentions, self.carried) == {paper.key}
            for found in NUMBER.finditer(text)
        )


def paper_numbers(paper: Entry) -> Set[str]:
    """All numbers of its texts and facts, also rounded."""
    facts = (f"{fact.claim} {' '.join(fact.numbers)}" for fact in paper.facts)
    text = " ".join((paper.title, paper.abstract, paper.tldr, paper.introduction, paper.results, *facts))
    exact = set(re.findall(r"\d+(?:\.\d+)?", usual(text)))
    return exact | {str(round(float(number))) for number in exact if "." in number}


def figures(text: str) -> list[str]:
    """Numbers, without years and identifiers."""
    return [each for each in NUMBER.findall(text) if not YEAR.match(each) and not ARXIV.match(each)]


def states(fact: Fact, text: str) -> bool:
    """Whether one of the fact's numbers stands in a text in the usual spelling, in its own words."""
    return _near(fact.near, text) and any(
        True for number in fact.numbers for _ in places(number, fact.claim, text)
    )


def places(number: str, claim: str, text: str) -> Iterator[int]:
    """Where the number stands, as percent only where the fact has it so."""
    spelled = usual(number)
    percent = re.search(rf"{re.escape(spelled)}\s?(?:\+/-\s?\d+\s?)?%", usual(claim))
    unit = "[x%]?" if percent else "x?"
    body = re.sub(r"(?:\\ |\s)+", r"\\s+", re.escape(spelled))
    before = r"(?<![\w.,])" if spelled[0].isalnum() else r"(?<!\w)"
    after = rf"{unit}(?![\w%]|[.,]\d)" if any(map(str.isdigit, spelled)) else ""
    return (found.start() for found in re.finditer(f"{before}{body}{after}", text, re.IGNORECASE))


def _telling(number: str) -> bool:
    return sum(map(str.isdigit, number)) >= TELLING and "." in number


def _near(words: Sequence[str], text: str) -> bool:
    """A short word such as EM must stand by itself; of others a part is enough."""
    return any(_found(word, text) for word in words)


def _found(word: str, text: str) -> list[int]:
    pattern = rf"\b{re.escape(word)}\b" if len(word) < SHORT else re.escape(usual(word))
    flags = 0 if len(word) < SHORT else re.IGNORECASE
    return [found.start() for found in re.finditer(pattern, text, flags)]


def _nearer(place: int, text: str, fact: Fact, others: Sequence[Fact]) -> bool:
    """Whether the words of another fact stand nearer to the number than its own do: then it was exchanged."""
    own = {word for word in fact.near if not any(word in other.near for other in others)}
    theirs = {word for other in others for word in other.near if word not in fact.near}
    ours = _distance(place, text, own)
    return ours is not None and (_distance(place, text, theirs) or ours) < ours


def _distance(place: int, text: str, words: Set[str]) -> int | None:
    """Characters to the nearest of the words; one that follows the number is more likely to go with it."""
    steps = [at - place for word in words for at in _found(word, text)]
    return min((step if step >= 0 else -2 * step for step in steps), default=None)
