"""From a document to its sections: order, headings, text, and which of them are introduction and results."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise

from toolkits.papers.pdf.document import Document, Line
from toolkits.papers.pdf.floats import without_floats
from toolkits.papers.pdf.furniture import body, running_text
from toolkits.papers.pdf.headings import Found, headings
from toolkits.papers.pdf.layout import reading_order
from toolkits.papers.pdf.names import BACK, INTRODUCTION, key, promises_results
from toolkits.papers.pdf.opening import opening
from toolkits.papers.pdf.sections import Heading, Sections
from toolkits.papers.pdf.text import running


def paper(document: Document) -> Sections:
    """The sections of a paper."""
    size = body(document)
    rows = without_floats(reading_order(running_text(document, size), size), size)
    found = headings(rows, size, [name for level, name in document.outline if level == 1])
    sections = _written(rows, found)
    sections = replace(sections, title=_title(document, size))
    return replace(
        sections,
        introduction=_introduction(sections) or opening(rows, found, size) or _first(sections),
        results=_results(sections),
    )


def _written(rows: list[Line], found: list[Found]) -> Sections:
    """The text, and where in it the headings stand."""
    text = running(rows[: found[0].at] if found else rows)
    marks: list[Heading] = []
    for each, after in pairwise([*found, None]):
        assert each is not None
        start = len(text) + 2
        whole = f"{each.number} {each.text}" if each.number else each.text
        marks.append(Heading(each.text, each.number, each.level, each.row.page, start, start + len(whole)))
        below = running(rows[each.end : after.at if after else len(rows)])
        text = "\n\n".join([text, whole, *([below] if below else [])])
    return Sections(None, text, marks)


def _introduction(sections: Sections) -> str | None:
    """The section of that name; a paper may also be called "Introduction to ..."."""
    named = [each for each in _front(sections) if INTRODUCTION.fullmatch(key(each.text))]
    exact = [each for each in named if each.number or key(each.text) == "introduction"]
    return next((text for each in exact or named if (text := sections.under(each))), None)


def _first(sections: Sections) -> str | None:
    """The first numbered section, whatever its name."""
    numbered = [each for each in _front(sections) if each.number in ("1", "I", "0")]
    return sections.under(numbered[0]) or None if numbered else None


def _results(sections: Sections) -> str | None:
    """The sections whose names promise most; those that follow each other belong together."""
    top, below = _front(sections), _front(sections, level=2)
    for among, least in ((top, 3), (below, 3), (top, 2), (top, 1), (below, 2)):
        if texts := [_together(sections, run) for run in _promising(among, least)]:
            return max(texts, key=len)
    return None


def _promising(among: list[Heading], least: int) -> list[list[Heading]]:
    runs = groupby(among, key=lambda each: promises_results(each.text) >= least)
    return [list(run) for promising, run in runs if promising]


def _together(sections: Sections, run: list[Heading]) -> str:
    if len(run) == 1:
        return sections.under(run[0])
    last = sections.under(run[-1])
    return sections.text[run[0].end : sections.text.index(last, run[-1].end) + len(last)].strip()


def _front(sections: Sections, level: int = 1) -> list[Heading]:
    """The headings of a level before the references."""
    back = next(
        (each.start for each in sections.headings if BACK.fullmatch(key(each.text))), len(sections.text)
    )
    return [each for each in sections.headings if each.level == level and each.start < back]


def _title(document: Document, size: float) -> str | None:
    """The largest type in the upper half of the first page."""
    page = document.pages[0]
    upper = [line for line in page.lines if line.y0 < page.height / 2 and len(line.text) > 3]
    largest = max((line.size for line in upper), default=0.0)
    lines = [line for line in upper if line.size > largest - 1]
    return running(lines) if largest > 1.1 * size else None
