"""The introduction of papers that give it no heading: letters, where it follows the abstract at once."""

from __future__ import annotations

from itertools import groupby

from toolkits.papers.pdf.document import Line
from toolkits.papers.pdf.headings import Found
from toolkits.papers.pdf.names import key
from toolkits.papers.pdf.text import running

LEAST, MOST = 800, 12_000  # characters: less is a note or a summary, more is the paper


def opening(rows: list[Line], found: list[Found], size: float) -> str | None:
    """The prose between abstract and first heading, where the layout tells it from the abstract."""
    first = next(
        (each.at for each in found if key(each.text) != "abstract" and each.at > 3),
        len(rows) if not found else 0,
    )
    abstract = next((each for each in found if key(each.text) == "abstract" and each.at < first), None)
    blocks = [
        list(block)
        for _, block in groupby(
            rows[abstract.end if abstract else 0 : first], key=lambda row: (row.page, row.block)
        )
    ]
    blocks = [block for block in blocks if _prose(block, size)]
    if abstract or (blocks and key(blocks[0][0].text).startswith("abstract")):
        blocks = _after(blocks)
    text = running([row for block in blocks for row in block])
    return text if found and LEAST <= len(text) <= MOST else None


def _prose(block: list[Line], size: float) -> bool:
    """Whether this is running text, and no list of authors."""
    words = " ".join(row.text for row in block).split()
    names = sum(word[:1].isupper() for word in words)
    return (
        len(words) > 20 and 3 * names < len(words) and -0.6 < block[-1].size - size < 2 and not block[0].bold
    )


def _after(blocks: list[list[Line]]) -> list[list[Line]]:
    """The blocks from the first on that is not set to the abstract's measure."""
    if not blocks:
        return []
    edges = min(row.x0 for row in blocks[0]), max(row.x1 for row in blocks[0])
    for at, block in enumerate(blocks):
        if (
            abs(min(row.x0 for row in block) - edges[0]) > 4
            or abs(max(row.x1 for row in block) - edges[1]) > 4
        ):
            return blocks[at:]
    return []
