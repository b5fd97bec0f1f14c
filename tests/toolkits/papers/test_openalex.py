"""OpenAlex, against a server that behaves like it."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from tests.servers.openalex import OpenAlexServer
from tests.servers.replies import Failure
from tests.toolkits.papers.serving import Asked
from tests.toolkits.papers.works import LOST, LSTM, MEMGPT
from toolkits.papers.identifier import PaperId
from toolkits.papers.sources.openalex import OpenAlex
from toolkits.papers.trouble import Absent, Trouble, Unsupported

ID = PaperId("openalex", MEMGPT.openalex)


def asking(server: OpenAlexServer, **options: Any) -> OpenAlex:
    return OpenAlex(server.url, gap=0, **options)


@pytest.mark.parametrize("id", ["2310.08560v1", "https://openalex.org/w4387561528"])
async def test_a_paper(id):
    """By every kind of id that it knows; the abstract is put in order."""
    async with OpenAlexServer(key="k") as server:
        paper = await asking(server, api_key="k").paper(PaperId.parse(id))
    assert (paper.title, paper.authors, paper.year) == (MEMGPT.title, tuple(MEMGPT.authors), 2023)
    assert paper.abstract == MEMGPT.abstract
    assert paper.ids == {"openalex": MEMGPT.openalex, "arxiv": "2310.08560"}
    assert server.invalid == []


async def test_fields_that_are_null():
    """No abstract, no place, no text: the rest is told. A copy at arXiv is found by its place."""
    async with OpenAlexServer() as server:
        paper = await asking(server).paper(PaperId("doi", LSTM.doi))
        assert (paper.title, paper.abstract, paper.venue, paper.pdf) == (LSTM.title, "", "", "")
        printed = await asking(server).paper(PaperId("doi", LOST.doi))
        assert printed.ids == {"openalex": LOST.openalex, "doi": LOST.doi, "arxiv": LOST.arxiv}
        with pytest.raises(Unsupported, match="no free text"):
            await asking(server).part(ID, "results")


async def test_a_search():
    async with OpenAlexServer() as server:
        source = asking(server)
        assert [paper.title for paper in await source.search("long", 5)] == [LOST.title, LSTM.title]
        assert [paper.title for paper in await source.search("long", 1)] == [LOST.title]
        assert len(await source.search("long", 5_000)) == 2
        assert await source.search("quantum", 5) == []
    assert server.invalid == []
    assert "id,doi" in server.asked[0].query["select"]


async def test_references():
    """In one more question; of a paper without any nothing more is asked."""
    async with OpenAlexServer() as server:
        found = await asking(server).references(ID, 10)
        assert [paper.title for paper in found] == [LOST.title, LSTM.title]
        assert len(await asking(server).references(ID, 1)) == 1
        before = len(server.asked)
        assert await asking(server).references(PaperId("doi", LSTM.doi), 10) == []
        assert len(server.asked) == before + 1
    assert server.invalid == []


async def test_a_merged_work():
    """It is followed, with the key."""
    async with OpenAlexServer(key="k", merged={"W1111": MEMGPT.openalex}) as server:
        paper = await asking(server, api_key="k").paper(PaperId("openalex", "W1111"))
    assert paper.ids["openalex"] == MEMGPT.openalex


async def test_what_is_not_there():
    """A page of HTML says so; it is kept. Ids of others are not asked for."""
    async with OpenAlexServer() as server:
        for _ in range(2):
            with pytest.raises(Absent, match="does not know this paper"):
                await asking(server).paper(PaperId("doi", "10.1000/nothing"))
        with pytest.raises(Unsupported):
            await asking(server).paper(PaperId("s2", "a" * 40))
    assert len(server.asked) == 1


async def test_trouble(twice):
    """A key that is refused, too many questions, a page of HTML."""
    failures = [Failure(429, headers={"Retry-After": "86400"}), Failure(kind="html"), Failure(kind="html")]
    async with OpenAlexServer(failures=failures, key="k") as server:
        with pytest.raises(Trouble, match="is asked too often") as raised:
            await asking(server, api_key="k").paper(ID)
        assert raised.value.retry_after == 86400
        with pytest.raises(Trouble, match="a page of HTML that is no JSON"):
            await asking(server, api_key="k").paper(ID)
        with pytest.raises(Trouble, match=r"refuses the key, or wants one \(HTTP 401\)"):
            await asking(server).paper(ID)


@pytest.mark.parametrize(
    "said", [{"error": "x"}, [], None, {"results": [{"display_name": "A", "authorships": 5}]}]
)
async def test_another_form_than_it_should_be(said):
    """It is told as trouble, and the next time asked for anew."""

    class Odd(OpenAlexServer):
        async def reply(self, asked: Asked) -> web.Response:
            return web.json_response(said)

    async with Odd() as server:
        for _ in range(2):
            with pytest.raises(Trouble, match="answered"):
                await asking(server).search("memory", 5)
    assert len(server.asked) == 2
