"""Figures and tables: their captions, and the rows about a caption that are not prose."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from toolkits.papers.pdf.document import Line
from toolkits.papers.pdf.names import UNNUMBERED, USUAL, key
from toolkits.papers.pdf.numbers import number

WIDE = 0.62  # of the size, a character: rows of cells are set wider than words

_CAPTION = re.compile(
    r"(?:(?:Supplementary|Supplemental|Extended Data|Supp\.?)\s+)?"
    r"(?:Figure|Fig\.?|Table|Tab\.|Algorithm|Listing|FIGURE|FIG\.?|TABLE)\s*"
    r"(?:[A-Z]?\.?\d+(?:\.\d+)?|[IVX]+)\s*(?P<mark>[.:|]|—|\u2013|\s-\s|\([a-z]\)|$)"
)
_SENTENCE = re.compile(r"[.:?!][\"”\u2019)\]]*(\s?\[?[\d,\s]+\]?)?$")


def captions(lines: Iterable[Line]) -> Iterator[Line]:
    """From "Figure 3:" to the end of its block. Mid-block only a colon tells it from "see Figure 3."."""
    inside: set[tuple[int, int]] = set()
    previous: tuple[int, int] | None = None
    for line in lines:
        block = line.page, line.block
        found = _CAPTION.match(line.text)
        if found and (block != previous or found["mark"] in (":", "|")):
            inside.add(block)
        previous = block
        if block in inside:
            yield line


def without_floats(rows: list[Line], size: float) -> list[Line]:
    """The rows without captions, and without what lies between a caption and the prose above and below it."""
    measures = _measures(rows, size)
    caption = set(captions(rows))
    blocks: defaultdict[tuple[int, int, bool], list[Line]] = defaultdict(
        list
    )  # side by side, their rows alternate
    for row in rows:
        blocks[row.page, row.block, row in caption].append(row)
    parts = list(blocks.values())
    floating = {at for at, part in enumerate(parts) if part[0] in caption}
    for at in sorted(floating):
        for way in (-1, 1):
            beside = at + way
            while 0 <= beside < len(parts) and parts[beside][0].page == parts[at][0].page:
                goes_on = way == 1 and _goes_on(parts[beside - 1], parts[beside])
                prose = _prose(parts[beside], measures[parts[at][0].page], size)
                if beside not in floating and not goes_on and prose:
                    break
                floating.add(beside)
                beside += way
    dropped = {row for at in floating for row in parts[at]}
    return [row for row in rows if row not in dropped]


def _goes_on(part: list[Line], after: list[Line]) -> bool:
    """Whether a caption's second block follows its first as closely as its own lines do."""
    gap = after[0].y0 - part[-1].y0
    below = abs(after[0].x0 - part[-1].x0) < 2 * part[-1].size
    return below and len(part) > 1 and 0 < gap < 1.1 * (part[-1].y0 - part[-2].y0)


def _measures(rows: list[Line], size: float) -> dict[int, float]:
    """The width of a full line of running text on each page."""
    widths: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for row in rows:
        widths[row.page][round((row.x1 - row.x0) / 3) if abs(row.size - size) < 0.6 else 0] += len(row.text)
    whole = _commonest(sum(widths.values(), Counter()))
    return {page: min(whole, _commonest(each) or whole) for page, each in widths.items()}


def _commonest(widths: Counter[int]) -> float:
    return 3.0 * max((width for width in widths if width > 30), key=lambda width: widths[width], default=0)


def _prose(part: list[Line], measure: float, size: float) -> bool:
    """Whether a block is running text or a heading."""
    first, text = part[0], " ".join(row.text for row in part)
    if (first.size > 1.08 * size and _worded(first.text)) or _titled(first.text):
        return True
    if _letters(text) < 0.62 or _wide(part):
        return False
    full = [row for row in part if row.x1 - row.x0 > 0.8 * measure]
    return (len(full) > 1 and 2 * len(full) >= len(part)) or (bool(_SENTENCE.search(text)) and " " in text)


def _titled(text: str) -> bool:
    """Whether this reads as a heading."""
    numbers = number(text)
    numbered = numbers and text[numbers[0].length :][:1].isupper() and _letters(text) > 0.7
    return bool(numbered or USUAL.fullmatch(key(text)) or UNNUMBERED.fullmatch(key(text)))


def _worded(text: str) -> bool:
    return len(key(text)) > 4 and _letters(text) > 0.7


def _letters(text: str) -> float:
    return sum(letter.isalpha() for letter in text) / max(1, len(text.replace(" ", "")))


def _wide(part: list[Line]) -> bool:
    """Whether most rows have gaps as between the cells of a table."""
    return 2 * sum((row.x1 - row.x0) / len(row.text) > WIDE * row.size for row in part) > len(part)
