"""The reading order of a page: bands between what spans the columns, in each band column by column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from toolkits.papers.pdf.document import Line, Page

_LABEL = re.compile(r"(\d{1,2}(\.\d{1,2})*|[IVX]+|[A-Z](\.\d+)*)[.)]?|§")


def reading_order(pages: list[Page], size: float) -> list[Line]:
    """Whole rows, first to last."""
    edges = _edges(pages, size)
    return [row for page in pages for row in _page(page, _gutter(page, edges))]


def _edges(pages: list[Page], size: float) -> list[int]:
    """Where right columns begin; two places where left and right pages differ."""
    starts: Counter[int] = Counter()
    wide = 0
    for page in pages:
        for line in page.lines:
            if abs(line.size - size) < 0.6 and (width := (line.x1 - line.x0) / page.width) > 0.25:
                wide += width > 0.5
                if width <= 0.5 and line.x0 > 0.45 * page.width:
                    starts[round(line.x0)] += 1
    least = max(10, wide // 6, starts.total() // 5)
    return [x for x, lines in starts.most_common(3) if lines >= least]


def _gutter(page: Page, edges: list[int]) -> float | None:
    """Where the right of two columns begins on a page; None where there is one column."""
    starts = {edge: sum(abs(line.x0 - edge) < 3 for line in page.lines) for edge in edges}
    most = max(starts.values(), default=0)
    return min((edge for edge in edges if starts[edge] >= 0.4 * most), default=None)


def _page(page: Page, gutter: float | None) -> Iterator[Line]:
    lines = list(_pieced(page.lines))
    if gutter is None:
        yield from _rows(lines)
        return
    spans = list(_rows([line for line in lines if _across(line, gutter)]))
    bands: list[list[Line]] = [[] for _ in range(len(spans) + 1)]
    for line in lines:
        if not _across(line, gutter):
            bands[sum(_middle(row) < _middle(line) for row in spans)].append(line)
    for band, row in zip_longest(bands, spans):
        yield from _columns(band, gutter)
        if row:
            yield row


def _pieced(lines: list[Line]) -> Iterator[Line]:
    """Lines whose pieces follow each other in the file, before it is asked which of them span the columns."""
    whole: Line | None = None
    for line in lines:
        if whole and abs(line.y1 - whole.y1) < 2 and _near(whole, line):
            whole = _joined(whole, line)
            continue
        if whole:
            yield whole
        whole = line
    if whole:
        yield whole


def _across(line: Line, gutter: float) -> bool:
    return line.x0 < gutter - 12 and line.x1 > gutter + 12


def _columns(lines: list[Line], gutter: float) -> Iterator[Line]:
    yield from _rows([line for line in lines if line.x0 < gutter - 12])
    yield from _rows([line for line in lines if line.x0 >= gutter - 12])


def _rows(lines: list[Line]) -> Iterator[Line]:
    """Lines of a column, those that share a baseline as one: TeX sets a heading's number apart."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: (_middle(line), line.x0)):
        if row and abs(_middle(line) - _middle(row[0])) > 0.35 * row[0].size:
            yield from _merged(row)
            row = []
        row.append(line)
    yield from _merged(row)


def _merged(row: list[Line]) -> Iterator[Line]:
    row = sorted(row, key=lambda line: line.x0)
    while row:
        whole, *row = row
        while row and _follows(whole, row[0]):
            whole = _joined(whole, row.pop(0))
        yield whole


def _follows(line: Line, after: Line) -> bool:
    """Whether this is the rest of the line, and not what stands beside it."""
    return line.block == after.block or _near(line, after)


def _near(line: Line, after: Line) -> bool:
    """By a space; by more after a heading's number. Text beside a figure is as near as 1 to its caption."""
    most = 4 if _LABEL.fullmatch(line.text) else 1 if line.block == after.block else 0.6
    return -1 < (after.x0 - line.x1) / line.size < most


def _joined(line: Line, after: Line) -> Line:
    longer = max(line, after, key=lambda each: len(each.text))
    return replace(
        line,
        text=f"{line.text} {after.text}",
        y0=min(line.y0, after.y0),
        x1=max(line.x1, after.x1),
        y1=max(line.y1, after.y1),
        size=longer.size,
        bold=(line.bold and after.bold) or (longer.bold and len(line.text) < 6),
        italic=longer.italic,
        block=longer.block,
    )


def _middle(line: Line) -> float:
    return (line.y0 + line.y1) / 2
