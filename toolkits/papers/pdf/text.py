"""Rows joined to running text: paragraphs, and words that were broken at the end of a line whole again."""

from __future__ import annotations

import re

from toolkits.papers.pdf.document import Line

_BROKEN = re.compile(r"[^\W\d_]{2,}-$")
_HYPHEN = re.compile(r"\w-$|[\u2013—/]$")
_END = re.compile(r"[.!?:;]['\")\]”\u2019]*(\[?[\d,\s]+\]?)?$")


def running(rows: list[Line]) -> str:
    text: list[str] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before and _BROKEN.search(text[-1]) and row.text[:1].islower():
            text[-1] = text[-1][:-1]
        elif before and not _HYPHEN.search(text[-1]):
            text.append("\n\n" if _new_paragraph(row, before) else " ")
        text.append(row.text)
    return "".join(text)


def _new_paragraph(row: Line, before: Line) -> bool:
    """After a sentence's end, where the place on the page says so too."""
    if not _END.search(before.text):
        return False
    return row.block != before.block or row.x0 - before.x0 > 0.5 * row.size
