"""arXiv, against a server that behaves like it."""

from __future__ import annotations

import pytest

from tests.servers.arxiv import ArxivServer
from tests.servers.replies import Failure
from toolkits.papers.identifier import PaperId
from toolkits.papers.sources.arxiv import Arxiv
from toolkits.papers.trouble import Trouble, Unsupported

MEMGPT = PaperId("arxiv", "2310.08560")


async def test_a_paper():
    """With its text on one line, without a version, and with the DOI of what was printed."""
    async with ArxivServer() as server:
        source = Arxiv(server.url, gap=0)
        paper = await source.paper(MEMGPT)
        printed = await source.paper(PaperId.parse("https://arxiv.org/abs/2307.03172v3"))
    assert (paper.title, paper.year) == ("MemGPT: Towards LLMs as Operating Systems", 2023)
    assert paper.authors == ("Charles Packer", "Sarah Wooders")
    assert paper.abstract.startswith("Large language models are limited")
    assert paper.ids == {"arxiv": "2310.08560"}
    assert printed.ids == {"arxiv": "2307.03172", "doi": "10.1162/tacl_a_00638"}
    assert server.invalid == []


async def test_an_old_id():
    """With its archive, in whatever spelling."""
    async with ArxivServer() as server:
        paper = await Arxiv(server.url, gap=0).paper(PaperId.parse("math.DG/0211159v1"))
    assert paper.ids == {"arxiv": "math/0211159"}


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("the memory of operating systems", ["MemGPT"]),
        ("long-context", ["Lost"]),
        ('"lost" AND (middle)* &=?', ["Lost"]),
        ("middle ricci", ["Lost", "The entropy"]),  # none holds both, so those that hold either
        ("quantum", []),
        ("? - the", []),
    ],
)
async def test_a_search(query, titles):
    """Any characters may be asked for, and the grammar of arXiv is kept."""
    async with ArxivServer() as server:
        found = await Arxiv(server.url, gap=0).search(query, 5)
    assert len(found) == len(titles)
    assert all(paper.title.startswith(title) for paper, title in zip(found, titles, strict=True))
    assert server.invalid == []


async def test_limits():
    """As many as were asked for."""
    async with ArxivServer() as server:
        assert len(await Arxiv(server.url, gap=0).search("of", 1)) == 0  # a small word
        assert len(await Arxiv(server.url, gap=0).search("the language ricci", 1)) == 1
    assert {asked.query["max_results"] for asked in server.asked} == {"1"}


async def test_what_is_not_there():
    """An empty feed, a malformed id, and what arXiv never tells."""
    async with ArxivServer() as server:
        source = Arxiv(server.url, gap=0)
        with pytest.raises(Trouble, match="knows no paper of this id"):
            await source.paper(PaperId("arxiv", "2310.99999"))
        with pytest.raises(Trouble, match="does not understand the question"):
            await source.paper(PaperId("arxiv", "23"))
        assert server.invalid == [["incorrect id format for 23"]]
        with pytest.raises(Unsupported):
            await source.references(MEMGPT, 5)
        with pytest.raises(Unsupported):
            await source.paper(PaperId("doi", "10.1162/tacl_a_00638"))


FEED = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>%s</entry></feed>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        FEED % b"<title>A</title><id>http://arxiv.org/x</id>",
        FEED[:40],
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + FEED % b"<title>&a;</title>",
    ],
)
async def test_a_broken_feed(body):
    """It is arXiv's trouble, never ours."""
    from toolkits.papers.answer import understood
    from toolkits.papers.sources.arxiv import _papers

    with pytest.raises(Trouble), understood():
        list(_papers(body))


async def test_fields_that_are_missing():
    """A title and an id are enough; an entry without a title is none."""
    from toolkits.papers.sources.arxiv import _papers

    entry = b"<title>A</title><id>http://arxiv.org/abs/2310.08560v1</id>"
    (paper,) = _papers(FEED % entry)
    assert (paper.authors, paper.year, paper.abstract) == ((), None, "")
    assert list(_papers(FEED % b"<id>http://arxiv.org/abs/2310.08560v1</id>")) == []


async def test_429_in_plain_text(twice):
    """It is tried again, and then told."""
    async with ArxivServer(failures=[Failure(429)] * 3) as server:
        source = Arxiv(server.url, gap=0)
        with pytest.raises(Trouble, match=r"is asked too often \(HTTP 429\)"):
            await source.paper(MEMGPT)
        assert (await source.paper(MEMGPT)).title.startswith("MemGPT")
    assert len(server.asked) == 4
