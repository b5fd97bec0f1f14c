"""One spelling of what can be written in several: dashes, percent, multiples, ranges, numbers in words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = {word: 10 + at for at, word in enumerate((*TEENS, "nineteen"))}
WORDS |= {word: 20 + 10 * at for at, word in enumerate(TENS)}
SPELLED = re.compile(rf"\b({'|'.join(WORDS)})(?:[- ]({'|'.join(UNITS)}))?\b", re.IGNORECASE)
SIZES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "billion": 9, "trillion": 12}
SIZED = re.compile(r"\b(\d+(?:\.\d+)?|one|two)[\s-]?(thousand|million|billion|trillion|[kKMB])\b")
RANGE = re.compile(r"(?<!from )(?<![\w.])(\d+(?:\.\d+)?%?)\s?(?:-|\bto\b)\s?(?=\d)")


@lru_cache(maxsize=10_000)
def usual(text: str) -> str:
    """The text in that spelling: 10x for "ten-fold", 20% for "twenty per cent", 4000000 for "4M"."""
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text))
    text = re.sub(r"[\u2018\u2019]", "'", text)
    text = SPELLED.sub(_in_digits, text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = SIZED.sub(_in_full, text)
    text = re.sub(r"(?<=\d)\s?(?:\u00d7|x\b|-?\s?fold\b|times\b)", "x", text)
    text = re.sub(r"(?<=\d)\s?(?:per\s?cent\b|percentage points?\b|%)", "%", text)
    return RANGE.sub(r"\1-", text)


def _in_digits(found: re.Match[str]) -> str:
    value = WORDS[found[1].lower()]
    if not found[2]:
        return str(value)
    unit = UNITS.index(found[2].lower()) + 1
    return str(value + unit) if value >= 20 else found[0]


def _in_full(found: re.Match[str]) -> str:
    number = {"one": "1", "two": "2"}.get(found[1], found[1])
    whole, _, part = number.partition(".")
    zeros = SIZES[found[2].lower()] - len(part)
    return (whole + part).lstrip("0") + "0" * zeros if zeros >= 0 else found[0]
