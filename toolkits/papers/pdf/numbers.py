"""The numbers of headings, and which of them follow each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")

_NUMBER = re.compile(
    r"(?:(?:Section|Appendix|APPENDIX|§)\s*)?(?P<number>\d{1,2}(?:\.\d{1,2})*|[IVX]+|[A-Z](?:\.\d{1,2})*)"
    r"(?P<end>\.|:|\)|\s[-—\u2013|])?\s+(?=[^\s\d=+<>,;%])"
)
_ROMAN = {"I": 1, "V": 5, "X": 10}


@dataclass(frozen=True, slots=True)
class Number:
    """One reading of what a heading begins with: I. is a roman one, and a letter."""

    kind: Literal["arabic", "roman", "letter"]
    value: int  # of its first part
    depth: int
    text: str
    length: int  # characters of the heading that it takes


def number(text: str) -> tuple[Number, ...]:
    found = _NUMBER.match(text)
    if not found:
        return ()
    first, *rest = found["number"].split(".")
    depth, length = 1 + len(rest), found.end()
    readings: list[Number] = []
    if first.isdigit():
        readings.append(Number("arabic", int(first), depth, found["number"], length))
    if set(first) <= set(_ROMAN) and found["end"] and not rest:
        readings.append(Number("roman", _roman(first), depth, found["number"], length))
    if len(first) == 1 and first.isalpha():
        readings.append(Number("letter", ord(first) - 64, depth, found["number"], length))
    return tuple(readings)


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def chain(links: list[T], value: Callable[[T], int], worth: Callable[[T], float]) -> list[T]:
    """The best run of 1, 2, 3, in order; a number may be missing here and there, at a price."""
    best: list[tuple[float, list[T]]] = []
    for link in links:
        first = 1.0 - 0.9 * max(0, value(link) - 1)
        options = [(first, [link])] + [
            (score + 1.0 - 0.9 * (value(link) - value(run[-1]) - 1), [*run, link])
            for score, run in best
            if value(run[-1]) < value(link)
        ]
        score, run = max(options, key=lambda option: option[0])
        best.append((score + worth(link), run))
    return max(best, key=lambda option: option[0], default=(0.0, []))[1]
