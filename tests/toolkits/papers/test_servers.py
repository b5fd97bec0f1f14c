"""The servers themselves: one that takes everything would prove nothing."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.servers.arxiv import ArxivServer
from tests.servers.openalex import OpenAlexServer
from tests.servers.semantic_scholar import SemanticScholarServer
from tests.toolkits.papers.works import MEMGPT

ARXIV = [
    *("/api/query?search_query=all:x&colour=red", "/api/query", "/api/query?search_query=two+words"),
    *(
        "/api/query?search_query=all:x&max_results=many",
        "/api/query?id_list=23",
        "/api/query?search_query=x:y",
    ),
    "/api/query?search_query=all:x+AND",
]
SEMANTIC_SCHOLAR = [
    *("/paper/search", "/paper/search?query=x&limit=101", "/paper/search?query=x&fields=colour"),
    *("/paper/search?query=x&offset=950&limit=100", "/paper/search?query=x&key=k", "/paper/2310.08560"),
    *(
        f"/paper/{MEMGPT.s2}/references?fields=tldr",
        f"/paper/{MEMGPT.s2}?limit=5",
        "/author/1",
        "/paper/batch",
    ),
]
OPENALEX = [
    *("/works?search=x&per_page=101", "/works?search=x&per-page=5", "/works?search=x&select=colour"),
    *(
        "/works?filter=title:x",
        "/works?search=x&api_key=k",
        "/works/2310.08560",
        "/authors",
        "/works/W1?per_page=5",
    ),
]
WRONG = [
    *((ArxivServer, way) for way in ARXIV),
    *((SemanticScholarServer, way) for way in SEMANTIC_SCHOLAR),
    *((OpenAlexServer, way) for way in OPENALEX),
]


async def got(server: Any, way: str, **options: Any) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(server.url + way, **options) as response:
        return response.status, response.content_type, await response.text()


@pytest.mark.parametrize(("kind", "way"), WRONG)
async def test_what_is_refused(kind, way):
    """With 400, and remembered."""
    async with kind() as server:
        assert (await got(server, way))[0] == 400
    assert len(server.invalid) == 1


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": ["a" * 40] * 501}, [], {"ids": [], "x": 1}]
)
async def test_a_batch_that_is_refused(body):
    async with (
        SemanticScholarServer() as server,
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/paper/batch?fields=tldr", json=body) as response,
    ):
        assert response.status == 400


async def test_as_arxiv():
    """Errors are entries, an unknown id is none, and an unknown page is HTML."""
    async with ArxivServer(texts={"2310.08560": b"%PDF-1.7"}) as server:
        assert "<title>Error</title>" in (await got(server, "/api/query?id_list=23"))[2]
        status, kind, text = await got(server, "/api/query?id_list=2310.99999")
        assert (status, kind, text.count("<entry>")) == (200, "application/atom+xml", 0)
        assert (await got(server, "/pdf/2310.08560"))[1:] == ("application/pdf", "%PDF-1.7")
        assert (await got(server, "/pdf/2310.99999"))[:2] == (404, "text/html")


async def test_as_semantic_scholar():
    """A hyphen matches nothing, no hit is no data, a wrong key is forbidden."""
    async with SemanticScholarServer(key="k") as server:
        assert (await got(server, "/paper/search?query=long"))[0] == 403
        key = {"x-api-key": "k"}
        assert '"data"' in (await got(server, "/paper/search?query=long+context", headers=key))[2]
        assert (await got(server, "/paper/search?query=long-context", headers=key))[
            2
        ] == '{"total": 0, "offset": 0}'
        assert (await got(server, "/paper/ARXIV:2310.99999", headers=key))[:2] == (404, "application/json")


async def test_as_openalex():
    """The key in a header; an unknown work is a page."""
    async with OpenAlexServer(key="k", merged={"W1": "W2"}) as server:
        assert (await got(server, "/works/W1"))[0] == 401
        key = {"Authorization": "Bearer k"}
        assert (await got(server, "/works/W999?select=id", headers=key))[:2] == (404, "text/html")
        moved = await got(server, "/works/W1?select=id", headers=key, allow_redirects=False)
        assert moved[0] == 301
        assert (await got(server, "/works/W4387561528?select=id", headers=key))[2] == (
            '{"id": "https://openalex.org/W4387561528"}'
        )
