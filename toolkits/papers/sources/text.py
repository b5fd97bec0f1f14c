"""A part of a paper, out of its PDF. Of the PDF only the text by headings is kept."""

from __future__ import annotations

import json

from toolkits.papers.answer import ELSEWHERE
from toolkits.papers.paper import PARTS, Part, Section
from toolkits.papers.reader import Unlabelled
from toolkits.papers.trouble import Absent, Trouble, Unsupported
from toolkits.papers.web import Web


async def part_of(web: Web, url: str, part: Part, source: str) -> Section:
    """Raises Trouble where there is no address or no PDF there, and Unlabelled where it has no such part."""
    if not url:
        raise Unsupported("knows no free text of this paper")
    found = json.loads(await web.once(f"sections of {url}", lambda: _sections(web, url)))
    if part not in found:
        what = f"has the text of this paper, and no heading in it says {part}"
        raise Unlabelled(what, ELSEWHERE, found["sections"])
    return Section(part.capitalize(), found[part], source)


async def _sections(web: Web, url: str) -> bytes:
    from toolkits.papers.pdf.document import Broken
    from toolkits.papers.pdf.extract import sections

    data = await web.fetched(url, _is_pdf)
    try:
        found = await sections(data)
    except Broken as error:
        what = f"has a PDF that cannot be read: {error}"
        if error.temporary:
            raise Trouble(what, ELSEWHERE, temporary=True) from error
        raise Absent(what, ELSEWHERE) from error
    parts = {part: text for part in PARTS if (text := getattr(found, part))}
    return json.dumps(
        parts | {"sections": {each.text: found.under(each) for each in found.headings}}
    ).encode()


def _is_pdf(body: bytes) -> None:
    if b"%PDF-" not in body[:1024]:
        raise Trouble("has no PDF at the address of the text", ELSEWHERE)
