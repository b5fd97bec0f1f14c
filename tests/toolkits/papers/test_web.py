"""One host, asked politely, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from engine.errors import Void
from tests.servers.replies import Failure
from tests.toolkits.papers.echo import Echo, asking, going
from toolkits.papers.answer import document
from toolkits.papers.kept import Kept
from toolkits.papers.pace import Pace
from toolkits.papers.request import Requests
from toolkits.papers.trouble import Absent, Trouble
from toolkits.papers.web import Web

COME_BACK = "Retry-After"


async def test_a_second_question_is_no_request(cache):
    """With other parameters or another body it is another question; another object knows the answers."""
    async with Echo() as server:
        asks = asking(server, cache)
        for _ in range(2):
            assert (await asks.get("a", document, q="x y", n=3))["query"] == {"q": "x y", "n": "3"}
            assert (await asks.get("a", document, {"ids": [1]}))["body"] == {"ids": [1]}
            assert (await asks.get("a", document, {"ids": [2]}))["body"] == {"ids": [2]}
        assert (await asking(server, cache).get("a", document, q="x y", n=3))["path"] == "/a"
    assert [asked.method for asked in server.asked] == ["GET", "POST", "POST"]


async def test_the_same_question_at_once(cache):
    """One request serves all who wait."""
    async with Echo(seconds=0.05) as server:
        asks = asking(server, cache)
        said = await asyncio.gather(*(asks.get("a", document) for _ in range(5)))
    assert len(server.asked) == 1
    assert [each["path"] for each in said] == ["/a"] * 5


async def test_offline(cache):
    """What was asked once is answered without the server, and anything else makes the run void."""
    async with Echo(failures=[Failure(404)]) as server:
        asks = asking(server, cache)
        with pytest.raises(Absent):
            await asks.get("no", document)
        said = await asks.get("a", document)
    asks.kept = Kept(str(cache), offline=True)
    assert await asks.get("a", document) == said
    with pytest.raises(Absent):
        await asks.get("no", document)
    with pytest.raises(Void, match="was never fetched"):
        await asks.get("b", document)


@pytest.mark.parametrize(
    "failure",
    [
        *(Failure(429), Failure(502), Failure(503), Failure(kind="reset"), Failure(kind="cut")),
        *(Failure(kind="html"), Failure(kind="malformed")),
    ],
    ids=str,
)
async def test_trouble_is_tried_again(cache, twice, failure):
    """An answer is kept, trouble is not; two failures end it, and are told."""
    async with Echo(failures=[failure, failure, failure]) as server:
        asks = asking(server, cache)
        with pytest.raises(Trouble) as raised:
            await asks.get("a", document)
        assert raised.value.temporary
        assert raised.value.instead
        assert (await asks.get("a", document))["path"] == "/a"
    assert len(server.asked) == 4


async def test_a_server_that_says_nothing(cache, twice):
    """It is waited for as long as was said."""
    async with Echo(failures=[Failure(kind="hang")] * 2) as server:
        began = time.monotonic()
        with pytest.raises(Trouble, match=r"cannot be reached \(ReadTimeout\)"):
            await asking(server, cache, seconds=0.1).get("a", document)
        assert time.monotonic() - began < 1


async def test_a_server_that_dribbles(cache, twice):
    """Nor does one that says a little at a time hold us for ever."""

    class Dribbling(Echo):
        async def _judge(self, request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(100):
                await response.write(b" ")
                await asyncio.sleep(0.05)
            return response

    async with Dribbling() as server:
        began = time.monotonic()
        with pytest.raises(Trouble, match=r"cannot be reached \(TimeoutError\)"):
            await asking(server, cache, seconds=0.1).get("a", document)
        assert time.monotonic() - began < 3


async def test_nobody_there(cache, twice):
    async with Echo() as server:
        asks = asking(server, cache)
    with pytest.raises(Trouble, match=r"cannot be reached \(ConnectError\)"):
        await asks.get("a", document)


async def test_too_large(cache):
    """No answer fills the memory."""
    async with Echo() as server:
        server.ways = {"/a": lambda: web.Response(body=b"\0" * 51_000_000)}
        with pytest.raises(Absent, match="more than 50 MB"):
            await asking(server, cache).get("a", document)


@pytest.mark.slow
@pytest.mark.parametrize("by_date", [False, True])
async def test_comes_back_when_it_was_told_to(cache, by_date):
    """After the seconds, or at the date."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    failure = Failure(429, headers={COME_BACK: soon if by_date else "1"})
    async with Echo(failures=[failure]) as server:
        await asking(server, cache).get("a", document)
    first, second = server.asked
    assert second.began - first.ended >= (1.5 if by_date else 0.99)


@pytest.mark.slow
async def test_429_without_a_word_backs_off(cache):
    """Longer and longer."""
    async with Echo(failures=[Failure(429)] * 2) as server:
        await asking(server, cache).get("a", document)
    first, second, third = server.asked
    assert second.began - first.ended >= 0.45
    assert third.began - second.ended >= 0.95


async def test_too_long_a_wait_is_told(cache):
    """And not waited for."""
    async with Echo(failures=[Failure(429, headers={COME_BACK: "3600"})]) as server:
        began = time.monotonic()
        with pytest.raises(Trouble) as raised:
            await asking(server, cache).get("a", document)
        assert raised.value.retry_after == 3600
        assert time.monotonic() - began < 1
    assert len(server.asked) == 1


async def test_the_breaker(cache):
    """After three failures nothing is asked; an answer, be it a no, counts as life."""
    failure, no = Failure(503, headers={COME_BACK: "3600"}), Failure(404)
    async with Echo(failures=[failure, failure, no, failure, failure, failure]) as server:
        asks = asking(server, cache)
        for number in range(6):
            with pytest.raises(Trouble, match="HTTP"):
                await asks.get(f"{number}", document)
        with pytest.raises(Trouble, match="failed 3 times in a row and is left alone"):
            await asks.get("a", document)
        assert len(server.asked) == 6
        async with Echo() as other:
            assert await asks.fetched(f"{other.url}/text", document)


async def test_one_connection_at_a_time(cache):
    """Also of questions that are asked at once."""
    async with Echo(seconds=0.02) as server:
        asks = asking(server, cache, gap=0.01)
        await asyncio.gather(*(asks.get(f"{number}", document) for number in range(4)))
    assert (len(server.asked), server.most_open) == (4, 1)


@pytest.mark.parametrize("address", ["/a", "ftp://x/y", "file:///etc/passwd", "http://[", "mailto:x"])
async def test_a_redirect_to_nowhere(cache, twice, address):
    """It ends, and says so."""
    async with Echo() as server:
        server.ways = {"/a": going(address)}
        with pytest.raises(Trouble, match=r"sends|cannot be reached"):
            await asking(server, cache).get("a", document)
    assert len(server.asked) <= 5


def test_limits_make_sense():
    """Refused with their key."""
    with pytest.raises(ValueError, match=r"^gap=-1"):
        Web("x", "http://x", {}, gap=-1)
    with pytest.raises(ValueError, match=r"^base_url=arxiv"):
        Web("x", "arxiv.org", {}, gap=0)


def test_whose_pace():
    """Whoever sends us to arXiv, arXiv's rule holds there."""
    asks = Requests("https://api.semanticscholar.org", {}, Pace("semantic_scholar", 1.0), 30)
    for url in ("https://arxiv.org/pdf/2310.08560", "http://export.arxiv.org/pdf/2310.08560"):
        assert asks.pace_of(url).gap == 3
    for url in (
        "https://example.org/arxiv.org",
        "https://notarxiv.org/",
        "https://api.semanticscholar.org/x",
    ):
        assert asks.pace_of(url).gap == 1
    asks = Requests("https://export.arxiv.org", {}, Pace("arxiv", 5.0), 30)
    assert asks.pace_of("https://export.arxiv.org/api/query").gap == 5


def test_without_the_extra_it_is_refused(monkeypatch):
    """Before any question, with what to install."""
    monkeypatch.setattr("toolkits.papers.web.NEEDED", ("json", "no_such_package"))
    with pytest.raises(ValueError, match=r"no_such_package is not installed: pip install .*\[papers\]"):
        Web("here", "http://127.0.0.1:9", {}, gap=0)
