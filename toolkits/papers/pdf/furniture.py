"""What stands on a page and is not the paper's own running text: heads, numbers, small print."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from toolkits.papers.pdf.document import Document, Line, Page
from toolkits.papers.pdf.floats import captions
from toolkits.papers.pdf.names import UNNUMBERED, USUAL, key
from toolkits.papers.pdf.numbers import number

SMALL = 0.925  # of the body's size: footnotes, captions, tables and the lettering of figures are set below it

_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"[IVX]+\.")
_FOLIO = re.compile(
    r"[-\u2013—\s]*(page\s+)?(\d{1,4}|[ivxl]{1,6})(\s*(of|/)\s*\d+)?[-\u2013—\s]*", re.IGNORECASE
)


def body(document: Document) -> float:
    """The size of the running text: that of most characters, to half a point."""
    sizes: Counter[float] = Counter()
    for page in document.pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: sizes[size])


def running_text(document: Document, size: float) -> list[Page]:
    """The pages with only the lines that belong to headings and running text."""
    heads = set(_running(document))
    left, right = _sides(document, size)
    pages = []
    for page in document.pages:
        dropped = heads | set(_margins(page, left, right)) | set(_folios(page)) | set(_small(page, size))
        pages.append(replace(page, lines=[line for line in page.lines if line not in dropped]))
    return pages


def _small(page: Page, size: float) -> Iterator[Line]:
    """Small print; captions stay for now, since they tell where figures and tables are."""
    caption = set(captions(page.lines))
    for line in page.lines:
        if line.size < SMALL * size and line not in caption and not _small_heading(line, size):
            yield line


def _small_heading(line: Line, size: float) -> bool:
    """Some styles set headings below the text's size: usual names, or bold capitals with roman numbers."""
    numbers = number(line.text)
    name = key(line.text[numbers[0].length :] if numbers else line.text)
    capitals = line.bold and line.size > 0.85 * size and (line.text.isupper() and len(name) > 7)
    usual = USUAL.fullmatch(name) or UNNUMBERED.fullmatch(name)
    return bool((line.bold or line.text.isupper()) and usual) or capitals or _is_roman(line)


def _is_roman(line: Line) -> bool:
    return line.bold and _ROMAN.fullmatch(line.text) is not None


def _running(document: Document) -> Iterator[Line]:
    """Lines with the same text, numbers aside, at the same height of three pages or more."""
    places: defaultdict[tuple[str, int], list[Line]] = defaultdict(list)
    for page in document.pages:
        for line in page.lines:
            edge = not 0.12 * page.height < line.y0 < 0.88 * page.height
            if edge and not _labels(line, page):
                places[_DIGITS.sub("#", line.text), round(line.y0 / 4)].append(line)
    for lines in places.values():
        if len({line.page for line in lines}) >= 3:
            yield from lines


def _folios(page: Page) -> Iterator[Line]:
    """Page numbers."""
    lowest = max((line.y1 for line in page.lines), default=0.0)
    for line in page.lines:
        edge = line.y0 < 0.09 * page.height or line.y1 > 0.9 * page.height or line.y1 == lowest
        if edge and _FOLIO.fullmatch(line.text) and not _labels(line, page):
            yield line


def _labels(line: Line, page: Page) -> bool:
    """Whether this is the number of a heading, which TeX sets apart, at the top of a page."""
    return len(line.text) < 6 and any(_precedes(line, other) for other in page.lines)


def _precedes(line: Line, other: Line) -> bool:
    near = abs(line.y1 - other.y1) < 2 and 0 < other.x0 - line.x1 < 3 * line.size
    return near and (other.bold or other.text.isupper())


def _sides(document: Document, size: float) -> tuple[float, float]:
    """Where the running text begins and ends on most pages."""
    lines = [line for page in document.pages for line in page.lines if abs(line.size - size) < 0.6]
    lines = [line for line in lines if len(line.text) > 20] or lines
    starts, ends = sorted(line.x0 for line in lines), sorted(line.x1 for line in lines)
    return starts[len(starts) // 50], ends[-1 - len(ends) // 50]


def _margins(page: Page, left: float, right: float) -> Iterator[Line]:
    """The numbers of lines in a manuscript's margin."""
    for line in page.lines:
        if (line.x1 < left - 2 or line.x0 > right + 2) and _DIGITS.fullmatch(line.text.replace(" ", "")):
            yield line
