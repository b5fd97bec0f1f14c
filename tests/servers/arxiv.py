"""A strict double of arXiv: the Atom API at /api/query, and texts at /pdf/ID.

As the real one: a malformed id is answered with 400 and an entry titled Error, an unknown one with an empty
feed, and too many requests with plain text that does not say when to come back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

from tests.toolkits.papers.serving import Asked, Site, Wrong, known, number, page
from tests.toolkits.papers.works import Work

ID = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
TERM = r'(?:ti|au|abs|cat|all|co|jr|rn|id):(?:"[^"]+"|[\w.-]+)'
QUERY = re.compile(rf"{TERM}(?: (?:AND|OR|ANDNOT) {TERM})*")
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <title type="html">ArXiv Query</title>
  <opensearch:totalResults>{total}</opensearch:totalResults>
{entries}
</feed>"""


class ArxivServer(Site):
    """`texts` are PDFs by id."""

    def __init__(self, *arguments: Any, texts: Mapping[str, bytes] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.texts = texts or {}

    async def reply(self, asked: Asked) -> web.Response:
        if asked.method != "GET":
            raise Wrong(f"{asked.method} is not allowed")
        if found := re.fullmatch(rf"/pdf/({ID})", asked.path):
            return self._text(found[1])
        if asked.path != "/api/query":
            return page(404, "Not found")
        known(asked, "search_query", "id_list", "start", "max_results", "sortBy", "sortOrder")
        start, most = number(asked, "start", 0, 0, 30_000), number(asked, "max_results", 10, 1, 2_000)
        return _feed(self._found(asked)[start : start + most])

    def wrong(self, reason: str) -> web.Response:
        entry = f"<entry><id>http://arxiv.org/api/errors</id><title>Error</title><summary>{escape(reason)}"
        return _atom(f"{entry}</summary></entry>", 1, 400)

    def _refuse(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
        return web.Response(status=status, text="Rate exceeded." if status == 429 else message)

    def _text(self, id: str) -> web.Response:
        text = self.texts.get(id)
        return (
            page(404, "No PDF") if text is None else web.Response(body=text, content_type="application/pdf")
        )

    def _found(self, asked: Asked) -> list[Work]:
        here = [work for work in self.works if work.arxiv]
        if "id_list" in asked.query:
            ids = asked.query["id_list"].split(",")
            if malformed := [id for id in ids if not re.fullmatch(ID, id)]:
                raise Wrong(f"incorrect id format for {malformed[0]}")
            here = [work for work in here if work.arxiv in {re.sub(r"v\d+$", "", id) for id in ids}]
        query = asked.query.get("search_query", "")
        if not QUERY.fullmatch(query) and (query or "id_list" not in asked.query):
            raise Wrong(f"search_query={query}")
        return [work for work in here if _matches(query, work)]


def _matches(query: str, work: Work) -> bool:
    any_of, terms = " OR " in query, re.findall(r':"?([^"]+?)"?(?: (?:AND|OR) |$)', query)
    found = [term.lower() in work.words for term in terms]
    return (any if any_of else all)(found)


def _feed(works: Sequence[Work]) -> web.Response:
    return _atom("\n".join(_entry(work) for work in works), len(works), 200)


def _atom(entries: str, total: int, status: int) -> web.Response:
    text = FEED.format(entries=entries, total=total)
    return web.Response(text=text, status=status, content_type="application/atom+xml")


def _entry(work: Work) -> str:
    doi = f'<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">{work.doi}</arxiv:doi>' if work.doi else ""
    return f"""  <entry>
    <id>http://arxiv.org/abs/{work.arxiv}v2</id>
    <published>{work.year}-02-12T18:59:02Z</published>
    <title>{_broken(work.title)}</title>
    <summary>  {_broken(work.abstract or "")}
</summary>
    {_authors(work.authors)}{doi}
  </entry>"""


def _authors(names: Iterable[str]) -> str:
    return "".join(f"<author><name>{escape(name)}</name></author>" for name in names)


def _broken(text: str) -> str:
    """Over lines, as arXiv breaks them."""
    return escape(text).replace(" ", "\n  ", 1)
