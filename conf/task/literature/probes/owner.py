"""Whose result a number is, of the papers that its sentence names."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Protocol

BESIDE = re.compile(
    r"(?:\b(?:than|over|above|below|against|versus|vs\.?|beat|beats|beating|outperform\w*|exceed\w*|surpass\w*|"
    r"overtak\w*|compared\s+(?:with|to)|relative\s+to|unlike|behind|ahead\s+of|match(?:es|ing)?|like|extends?|"
    r"builds?\s+on|follow(?:s|ing)|replac(?:es|ing)|including)\s+"
    r"(?:(?:the|that|those|of|both|earlier|plain|original|a|an)\s+)*)$",
    re.I,
)
OPENS = re.compile(
    r"(?:^|[.;:,(]|\b(?:and|but|while|whereas|yet|where|that))\s*(?:(?:the|for|in|with)\s+)*$", re.I
)
RELATIVE = re.compile(r"\s*(?:\([^()]*\)\s*)?,?\s*(?:which|that|who)\b")
NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?")
YEAR = re.compile(r"(?:19|20)\d\d$")


class Placed(Protocol):
    """A paper's name at a place of a sentence."""

    @property
    def key(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def owners(place: int, text: str, mentions: Sequence[Placed], carried: Set[str]) -> Set[str]:
    """The papers whose result may stand there: the last one named, if not to compare, and the subject.

    `carried` are the papers of the sentence before, where this one names none.
    """
    if not mentions:
        return carried
    before = [mention for mention in mentions if mention.start <= place]
    if not before:
        return carried | _at(mentions[0], mentions)
    row = _in_row(place, text, before)
    if row is not None:
        return row
    subjects = [each for each in before if not BESIDE.search(text[: each.start])] or before[:1]
    if RELATIVE.match(text[subjects[-1].end : place]):
        return _at(subjects[-1], mentions)
    opening = [each for each in subjects if OPENS.search(text[: each.start])]
    found = _at(subjects[-1], mentions) | (_at(opening[-1], mentions) if opening else set())
    alone = len({each.start for each in subjects}) < 2
    return found | _at(before[0], mentions) if alone and not _numbers(text[before[0].end : place]) else found


def _at(one: Placed, mentions: Sequence[Placed]) -> set[str]:
    """All papers of the name at that place."""
    return {each.key for each in mentions if each.start == one.start}


def _in_row(place: int, text: str, before: Sequence[Placed]) -> Set[str] | None:
    """Of papers in a row before as many numbers, the one in the number's own place; None without a row."""
    starts = list(dict.fromkeys(each.start for each in before))
    ends = {each.start: each.end for each in before}
    if len(starts) < 2 or _numbers(text[ends[starts[0]] : starts[-1]]):
        return None
    numbers = [found.start() for found in NUMBER.finditer(text, ends[starts[-1]]) if not YEAR.match(found[0])]
    if len(numbers) != len(starts) or place not in numbers:
        return None
    return {each.key for each in before if each.start == starts[numbers.index(place)]}


def _numbers(text: str) -> list[str]:
    return [each for each in NUMBER.findall(text) if not YEAR.match(each)]
