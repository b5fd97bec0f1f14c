"""Which rows are headings.

Papers that number their sections are told by the numbers: 1, 2, 3 in one size and weight. In others the type
of the headings that every paper has (Introduction, Results, References) tells the rest.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from toolkits.papers.pdf.document import Line
from toolkits.papers.pdf.names import BACK, INTRODUCTION, UNNUMBERED, USUAL, key
from toolkits.papers.pdf.numbers import Number, chain, number

MOST = 130  # characters of a heading

_LISTED = re.compile(r"(\s\.){3,}|\.{4,}|\s\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Found:
    """A heading: rows `at` to `end`, its level, and its name without the number."""

    at: int
    end: int
    level: int
    text: str
    number: str | None
    row: Line


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rows that could be a heading by their type, and the numbers that they could begin with."""

    at: int
    end: int
    row: Line
    numbers: tuple[Number, ...]

    @property
    def style(self) -> tuple[int, bool]:
        return round(self.row.size), self.row.bold

    def named(self, by: Number | None) -> str:
        text = self.row.text[by.length :] if by else self.row.text
        return text.strip(" .:—\u2013-")

    def found(self, level: int, by: Number | None) -> Found:
        return Found(self.at, self.end, level, self.named(by), by.text if by else None, self.row)


def headings(rows: list[Line], size: float, outline: Collection[str] = ()) -> list[Found]:
    """The headings, in order. `outline` are the names in the file's bookmarks, which may be of any kind."""
    candidates = list(_without_contents(list(_candidates(rows, size))))
    main = _numbered(candidates)
    found = (
        [*main, *_beside(candidates, main)]
        if main
        else list(_by_type(candidates, {key(name) for name in outline}))
    )
    if main:
        found += _below(candidates, sorted(found, key=lambda each: each.at))
    return sorted({each.at: each for each in reversed(found)}.values(), key=lambda each: each.at)


def _candidates(rows: list[Line], size: float) -> Iterator[Candidate]:
    at = 0
    while at < len(rows):
        row, end = rows[at], at + 1
        if _stands_out(row, size):
            while end < len(rows) and end - at < 4 and _goes_on(rows[end - 1], rows[end], size):
                row = replace(
                    row, text=f"{row.text} {rows[end].text}", y1=rows[end].y1, x1=max(row.x1, rows[end].x1)
                )
                end += 1
            if len(row.text) <= MOST and sum(letter.isalpha() for letter in row.text) >= 3:
                yield Candidate(at, end, row, number(row.text))
        at = end


def _without_contents(candidates: list[Candidate]) -> Iterator[Candidate]:
    """Without a table of contents: a page on which many headings end with the number of a page."""
    listed = Counter(each.row.page for each in candidates if _LISTED.search(each.row.text))
    for each in candidates:
        near = sum(listed[each.row.page + by] for by in (-1, 0, 1))
        if near < 4 or not _LISTED.search(each.row.text):
            yield each


def _stands_out(row: Line, size: float) -> bool:
    numbered = bool(number(row.text))
    return (
        row.size > 1.08 * size
        or row.bold
        or (row.text.isupper() and len(row.text) > 5)
        or (row.italic and numbered and len(row.text) < 100)
    )


def _goes_on(row: Line, after: Line, size: float) -> bool:
    """Whether the second row is the heading's second line."""
    return (
        _stands_out(after, size)
        and not number(after.text)
        and abs(after.size - row.size) < 0.3
        and (after.bold, after.page) == (row.bold, row.page)
        and 0 < after.y0 - row.y0 < 1.7 * row.size
        and not UNNUMBERED.fullmatch(key(row.text))
    )


def _numbered(candidates: list[Candidate]) -> list[Found]:
    """The longest sequence of numbers in one type; nothing where it is too short to be the sections."""
    options: defaultdict[tuple[object, ...], list[tuple[Candidate, Number]]] = defaultdict(list)
    for candidate in candidates:
        for each in candidate.numbers:
            if each.depth == 1 and each.kind != "letter":
                options[each.kind, candidate.row.bold, round(candidate.row.size)].append((candidate, each))
    chains = [chain(option, lambda each: each[1].value, _known) for option in options.values()]
    best = max(
        chains,
        key=lambda links: (sum(map(_known, links)) > 0, sum(1 + _known(link) for link in links)),
        default=[],
    )
    if len(best) < 3 or (len(best) < 5 and not any(_known(link) for link in best)):
        return []
    return [candidate.found(1, by) for candidate, by in best]


def _known(link: tuple[Candidate, Number]) -> float:
    """What a usual name adds to the belief that this is a section."""
    name = key(link[0].named(link[1]))
    return 1.0 if USUAL.fullmatch(name) or INTRODUCTION.fullmatch(name) else 0.0


def _beside(candidates: list[Candidate], main: list[Found]) -> Iterator[Found]:
    """Sections without a number, and appendices with letters."""
    back = main[-1].at
    for candidate in _unnumbered(candidates, main):
        if BACK.fullmatch(key(candidate.row.text)):
            back = min(back, candidate.at)
        yield candidate.found(1, None)
    letters = [
        (candidate, each)
        for candidate in candidates
        for each in candidate.numbers
        if candidate.at > back
        and each.kind == "letter"
        and each.depth == 1
        and _alike(candidate.row, main[0].row)
    ]
    for candidate, each in chain(letters, lambda link: link[1].value, lambda _: 0.0):
        yield candidate.found(1, each)


def _unnumbered(candidates: list[Candidate], main: list[Found]) -> Iterator[Candidate]:
    """Those of a usual name. Of two "References", one amid the numbers stands in a figure or an example."""
    names = [key(candidate.row.text) for candidate in candidates]
    taken = {each.at for each in main}
    for at, (candidate, name) in enumerate(zip(candidates, names, strict=True)):
        if candidate.at in taken or any(each.kind == "arabic" for each in candidate.numbers):
            continue
        usual = _alike(candidate.row, main[0].row) and (USUAL.fullmatch(name) or INTRODUCTION.fullmatch(name))
        amid = BACK.fullmatch(name) and candidate.at < main[-1].at and name in names[at + 1 :]
        if not amid and (usual or UNNUMBERED.fullmatch(name)):
            yield candidate


def _below(candidates: Iterable[Candidate], main: list[Found]) -> Iterator[Found]:
    """Headings numbered within a section: 3.1, or A. in a paper with roman numbers."""
    roman = any(each.number and each.number[0] in "IVX" for each in main)
    taken = {each.at for each in main}
    for candidate in candidates:
        above = [each for each in main if each.at < candidate.at]
        if not above or candidate.at in taken:
            continue
        for each in candidate.numbers:
            inside = each.text.split(".")[0] == above[-1].number and each.depth > 1
            if inside or (roman and each.kind == "letter" and each.depth == 1 and above[-1].number):
                yield candidate.found(2 if not inside else each.depth, each)
                break


def _by_type(candidates: list[Candidate], outline: Collection[str]) -> Iterator[Found]:
    """In a paper without numbers: what is set as the usual headings are."""
    styles: defaultdict[tuple[int, bool], set[str]] = defaultdict(set)
    for candidate in candidates:
        if USUAL.fullmatch(name := key(candidate.row.text)) or name in outline:
            styles[candidate.style].add(name)
    best = max(styles, key=lambda style: (len(styles[style]), style), default=None)
    for candidate in candidates:
        name = key(candidate.row.text)
        if candidate.style == best or UNNUMBERED.fullmatch(name):
            yield candidate.found(1, None)
        elif USUAL.fullmatch(name) or INTRODUCTION.fullmatch(name):
            yield candidate.found(1 if best is None or candidate.row.size > best[0] + 0.6 else 2, None)


def _alike(row: Line, other: Line) -> bool:
    return row.bold == other.bold and abs(row.size - other.size) < 0.7
