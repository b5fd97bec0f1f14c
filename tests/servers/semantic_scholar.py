"""A strict double of Semantic Scholar's Graph API.

As the real one: a hyphenated term matches nothing, no hits means no `data`, references have no tldr and may
lack ids, unknown ids of a batch are null, and too many requests are told in two forms of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aiohttp import web

from tests.toolkits.papers.serving import Asked, Site, Wrong, chosen, known, number, only
from tests.toolkits.papers.works import Work, by_openalex

OF_A_REFERENCE = (
    *("paperId", "corpusId", "externalIds", "url", "title", "abstract", "venue", "year", "authors"),
    *("openAccessPdf", "referenceCount", "citationCount", "publicationDate"),
)
FIELDS = (*OF_A_REFERENCE, "tldr")
TOO_MANY = (
    {"message": "Too Many Requests. Please wait and try again or apply for a key for higher rate limits."},
    {"code": "429", "error": "Too many requests"},
)


class SemanticScholarServer(Site):
    """Serves `url`/paper/... A batch knows nothing of the ids that are `forgotten`."""

    forgotten: Collection[str] = ()

    async def reply(self, asked: Asked) -> web.Response:
        if self.key and asked.headers.get("x-api-key") != self.key:
            return web.json_response({"message": "Forbidden"}, status=403)
        match asked.method, asked.path.split("/", 2)[1:]:
            case "GET", ["paper", "search"]:
                return self._search(asked)
            case "POST", ["paper", "batch"]:
                return self._batch(asked)
            case "GET", ["paper", id] if id.endswith("/references"):
                return self._references(asked, id.removesuffix("/references"))
            case "GET", ["paper", id]:
                known(asked, "fields")
                work = self._work(id)
                fields = chosen(asked, "fields", FIELDS)
                return web.json_response(_told(work, fields)) if work else _missing(id)
        raise Wrong(f"{asked.method} {asked.path}")

    def wrong(self, reason: str) -> web.Response:
        return web.json_response({"error": f"Unrecognized or unsupported: {reason}"}, status=400)

    def error(self, status: int, message: str) -> dict[str, Any]:
        return dict(TOO_MANY[len(self.asked) % 2]) if status == 429 else {"message": message}

    def _search(self, asked: Asked) -> web.Response:
        known(asked, "query", "fields", "limit", "offset", "year", "fieldsOfStudy")
        fields, limit = chosen(asked, "fields", FIELDS), number(asked, "limit", 100, 1, 100)
        offset = number(asked, "offset", 0, 0, 1_000 - limit)
        words = asked.query.get("query", "").lower().split()
        if not words:
            raise Wrong("a query is needed")
        plain = [re.sub(r"\W+", " ", f" {work.words} ") for work in self.works]
        hits = [
            work
            for work, text in zip(self.works, plain, strict=True)
            if all("-" not in word and f" {word}" in text for word in words)
        ]
        said: dict[str, Any] = {"total": len(hits), "offset": offset}
        if hits:
            said["data"] = [_told(work, fields) for work in hits[offset : offset + limit]]
        return web.json_response(said)

    def _batch(self, asked: Asked) -> web.Response:
        known(asked, "fields")
        fields = chosen(asked, "fields", FIELDS)
        if (
            not isinstance(asked.body, dict)
            or set(asked.body) != {"ids"}
            or not 1 <= len(asked.body["ids"]) <= 500
        ):
            raise Wrong(f"body: {asked.body}")
        works = [None if id in self.forgotten else self._work(id) for id in asked.body["ids"]]
        return web.json_response([_told(work, fields) if work else None for work in works])

    def _references(self, asked: Asked, id: str) -> web.Response:
        known(asked, "fields", "limit", "offset")
        fields, limit = chosen(asked, "fields", OF_A_REFERENCE), number(asked, "limit", 100, 1, 1_000)
        work = self._work(id)
        if work is None:
            return _missing(id)
        cited = [by_openalex(each) for each in work.cites]
        data = [{"citedPaper": _told(each, fields) if each else _unresolved(fields)} for each in cited]
        return web.json_response({"offset": 0, "data": data[:limit] if work.cites else None})

    def _work(self, id: str) -> Work | None:
        for work in self.works:
            if id in (work.s2, f"CorpusId:{work.corpus_id}", f"DOI:{work.doi}", f"ARXIV:{work.arxiv}"):
                return work
        if not re.fullmatch(r"[0-9a-f]{40}|CorpusId:\d+|DOI:10\.\d+/.+|ARXIV:[a-z0-9./-]+|URL:http.+", id):
            raise Wrong(f"paper id {id}")
        return None


def _missing(id: str) -> web.Response:
    return web.json_response({"error": f"Paper with id {id} not found"}, status=404)


def _told(work: Work, fields: Sequence[str]) -> dict[str, Any]:
    outer = {"ArXiv": work.arxiv, "DOI": work.doi or (f"10.48550/arXiv.{work.arxiv}" if work.arxiv else None)}
    said = {
        "corpusId": work.corpus_id,
        "externalIds": {name: id for name, id in outer.items() if id} | {"CorpusId": work.corpus_id},
        "url": f"https://www.semanticscholar.org/paper/{work.s2}",
        "title": work.title,
        "abstract": work.abstract,
        "venue": work.venue,
        "year": work.year,
        "authors": [{"authorId": None, "name": name} for name in work.authors],
        "openAccessPdf": None if work.pdf is None else {"url": work.pdf, "status": None},
        "tldr": {"model": "tldr@v2.0.0", "text": work.tldr} if work.tldr else None,
    }
    return {"paperId": work.s2, **only({**said, "paperId": work.s2}, fields)}


def _unresolved(fields: Sequence[str]) -> Mapping[str, Any]:
    """A reference that was only read, with nothing but its title."""
    empty: dict[str, Any] = dict.fromkeys(fields)
    return {**empty, "paperId": None, "title": "A technical report", "authors": []}
