"""A strict double of OpenAlex's works.

As the real one: abstracts are inverted, an unknown work is answered with a page of HTML, a merged one with a
redirect, and only selected fields are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from tests.toolkits.papers.serving import Asked, Site, Wrong, chosen, known, number, only, page
from tests.toolkits.papers.works import Work

FIELDS = (
    *("id", "doi", "ids", "title", "display_name", "publication_year", "authorships", "primary_location"),
    *("best_oa_location", "locations", "open_access", "abstract_inverted_index", "referenced_works"),
    *("cited_by_count", "related_works", "type"),
)
HOST = "https://openalex.org"


class OpenAlexServer(Site):
    """Serves `url`/works. `merged` leads from ids that were given up to those that stay."""

    def __init__(self, *arguments: Any, merged: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.merged = merged or {}

    async def reply(self, asked: Asked) -> web.Response:
        if self.key and asked.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": "Unauthorized", "message": "Invalid API key"}, status=401)
        if asked.method != "GET" or not asked.path.startswith("/works"):
            raise Wrong(f"{asked.method} {asked.path}")
        if asked.path == "/works":
            return self._list(asked)
        return self._one(asked, asked.path.removeprefix("/works/"))

    def wrong(self, reason: str) -> web.Response:
        return web.json_response({"error": "Invalid query parameters error.", "message": reason}, status=400)

    def error(self, status: int, message: str) -> dict[str, Any]:
        return {"error": "Too many requests" if status == 429 else message, "message": message}

    def _one(self, asked: Asked, id: str) -> web.Response:
        known(asked, "select")
        if id in self.merged:
            raise web.HTTPMovedPermanently(f"/works/{self.merged[id]}?select={asked.query['select']}")
        if not re.fullmatch(r"W\d+|doi:10\.\d+/.+", id):
            raise Wrong(f"id {id}")
        for work in self.works:
            if id in (work.openalex, f"doi:{_doi(work)}"):
                return web.json_response(_told(work, chosen(asked, "select", FIELDS)))
        return page(404, "404 Not Found")

    def _list(self, asked: Asked) -> web.Response:
        known(asked, "search", "filter", "select", "per_page", "page")
        fields, most = chosen(asked, "select", FIELDS), number(asked, "per_page", 25, 1, 100)
        hits = self._filtered(asked.query["filter"]) if "filter" in asked.query else list(self.works)
        words = asked.query.get("search", "").lower().split()
        hits = [work for work in hits if all(word in work.words for word in words)]
        results = [_told(work, fields) for work in hits[:most]]
        return web.json_response({"meta": {"count": len(hits), "per_page": most}, "results": results})

    def _filtered(self, said: str) -> list[Work]:
        found = re.fullmatch(r"openalex:(W\d+(?:\|W\d+){0,99})", said)
        if not found:
            raise Wrong(f"filter={said}")
        return [work for work in self.works if work.openalex in found[1].split("|")]


def _doi(work: Work) -> str | None:
    return work.doi or (f"10.48550/arxiv.{work.arxiv}" if work.arxiv else None)


def _told(work: Work, fields: Sequence[str]) -> dict[str, Any]:
    doi = f"https://doi.org/{_doi(work)}" if _doi(work) else None
    at_arxiv = {"landing_page_url": f"http://arxiv.org/abs/{work.arxiv}", "source": None}
    said: dict[str, Any] = {
        "id": f"{HOST}/{work.openalex}",
        "doi": doi,
        "ids": {"openalex": f"{HOST}/{work.openalex}", "doi": doi},
        "title": work.title,
        "display_name": work.title,
        "publication_year": work.year,
        "authorships": [{"author": {"id": None, "display_name": name}} for name in work.authors],
        "primary_location": {"source": {"display_name": work.venue}} if work.venue else None,
        "best_oa_location": {"pdf_url": work.pdf} if work.pdf else None,
        "locations": [at_arxiv] if work.arxiv else [],
        "abstract_inverted_index": _inverted(work.abstract) if work.abstract else None,
        "referenced_works": [f"{HOST}/{each}" for each in work.cites],
    }
    return only(said, fields or said)


def _inverted(text: str) -> dict[str, list[int]]:
    placed: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        placed.setdefault(word, []).append(place)
    return dict(sorted(placed.items()))
