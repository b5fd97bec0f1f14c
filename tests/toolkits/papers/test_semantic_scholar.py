"""Semantic Scholar, against a server that behaves like it."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from tests.servers.replies import Failure
from tests.servers.semantic_scholar import SemanticScholarServer
from tests.toolkits.papers.serving import Asked
from tests.toolkits.papers.works import LOST, LSTM, MEMGPT
from toolkits.papers.identifier import PaperId
from toolkits.papers.sources.semantic_scholar import SemanticScholar
from toolkits.papers.trouble import Absent, Trouble, Unsupported

ID = PaperId("arxiv", "2310.08560")


def asking(server: SemanticScholarServer, **options: Any) -> SemanticScholar:
    return SemanticScholar(server.url, gap=0, **options)


@pytest.mark.parametrize(
    "id", ["2310.08560v2", MEMGPT.s2, "CorpusId:263909014", "https://doi.org/10.48550/arXiv.2310.08560"]
)
async def test_a_paper(id):
    """By every kind of id that it knows."""
    async with SemanticScholarServer(key="k") as server:
        paper = await asking(server, api_key=" k\n").paper(PaperId.parse(id))
    assert paper.title == MEMGPT.title
    assert (paper.authors, paper.year, paper.venue) == (tuple(MEMGPT.authors), 2023, "arXiv.org")
    assert (paper.abstract, paper.tldr) == (MEMGPT.abstract, MEMGPT.tldr)
    assert paper.ids == {"arxiv": "2310.08560", "s2": MEMGPT.s2, "corpus_id": "263909014"}
    assert server.invalid == []


async def test_fields_that_are_null():
    """No abstract, no tldr, no venue, no text: the rest is told."""
    async with SemanticScholarServer() as server:
        paper = await asking(server).paper(PaperId("doi", LSTM.doi))
        assert (paper.title, paper.abstract, paper.tldr, paper.venue, paper.pdf) == (
            LSTM.title,
            "",
            "",
            "",
            "",
        )
        assert paper.ids["doi"] == LSTM.doi
        for id in (PaperId("doi", LSTM.doi), PaperId("arxiv", LOST.arxiv)):  # null, and an empty address
            with pytest.raises(Unsupported, match="no free text"):
                await asking(server).part(id, "results")


async def test_a_search():
    """A hyphen would match nothing, so that none is sent; and as many as were asked for."""
    async with SemanticScholarServer() as server:
        source = asking(server)
        assert [paper.title for paper in await source.search("long-context", 5)] == [LOST.title]
        assert [paper.title for paper in await source.search("long", 2)] == [LOST.title, LSTM.title]
        assert [paper.title for paper in await source.search("long", 1)] == [LOST.title]
        assert await source.search("quantum", 5) == []
        assert len(await source.search("long", 5_000)) == 2
    assert server.invalid == []


async def test_references():
    """Their tldr is asked for apart; one that was never resolved has but a title."""
    async with SemanticScholarServer() as server:
        found = await asking(server).references(ID, 10)
        assert await asking(server).references(PaperId("doi", LSTM.doi), 10) == []
        assert len(await asking(server).references(ID, 1)) == 1
    assert [(paper.title, paper.tldr) for paper in found] == [
        (LOST.title, LOST.tldr),
        (LSTM.title, ""),
        ("A technical report", ""),
    ]
    assert found[2].id is None
    assert server.invalid == []
    assert server.asked[1].body == {"ids": [LOST.s2, LSTM.s2]}


async def test_a_batch_with_holes():
    """Null stands for what it does not know."""
    async with SemanticScholarServer() as server:
        server.forgotten = (LSTM.s2,)
        found = await asking(server).references(ID, 2)
    assert [paper.tldr for paper in found] == [LOST.tldr, ""]


async def test_references_without_tldr(twice):
    """Where that second question fails, the first has still been answered."""

    class Halting(SemanticScholarServer):
        async def reply(self, asked: Asked) -> web.Response:
            return self._refuse(503, "") if asked.method == "POST" else await super().reply(asked)

    async with Halting() as server:
        assert [paper.tldr for paper in await asking(server).references(ID, 10)] == ["", "", ""]


async def test_what_is_not_there():
    """A no is kept; a kind of id that it does not know is not asked for."""
    async with SemanticScholarServer() as server:
        for _ in range(2):
            with pytest.raises(Absent, match="does not know this paper"):
                await asking(server).paper(PaperId("arxiv", "2310.99999"))
        with pytest.raises(Unsupported):
            await asking(server).paper(PaperId("openalex", "W1234"))
    assert len(server.asked) == 1


@pytest.mark.parametrize("key", [None, "wrong"])
async def test_a_key_that_is_refused(key):
    """It is told and not tried again; and a right one is not refused for it afterwards."""
    async with SemanticScholarServer(key="k") as server:
        with pytest.raises(Trouble, match=r"refuses to answer \(HTTP 403\)"):
            await asking(server, api_key=key).paper(ID)
        assert len(server.asked) == 1
        assert (await asking(server, api_key="k").paper(ID)).title == MEMGPT.title


async def test_429_in_both_forms(twice):
    """With and without a time; the time is told."""
    failures = [Failure(429), Failure(429), Failure(429), Failure(429, headers={"Retry-After": "90"})]
    async with SemanticScholarServer(failures=failures) as server:
        with pytest.raises(Trouble, match="is asked too often") as raised:
            await asking(server).paper(ID)
        assert raised.value.retry_after is None
        with pytest.raises(Trouble, match="is asked too often") as raised:
            await asking(server).paper(ID)
        assert raised.value.retry_after == 90


@pytest.mark.parametrize(
    "said",
    [
        {"message": "Internal"},
        [],
        None,
        5,
        {"data": [5], "total": 1},
        {"data": [{"title": "A", "authors": [None]}]},
    ],
)
async def test_another_form_than_it_should_be(said):
    """It is told as trouble, and the next time asked for anew."""

    class Odd(SemanticScholarServer):
        async def reply(self, asked: Asked) -> web.Response:
            return web.json_response(said)

    async with Odd() as server:
        for _ in range(2):
            with pytest.raises(Trouble, match="answered"):
                await asking(server).search("memory", 5)
    assert len(server.asked) == 2
