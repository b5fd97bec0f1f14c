"""A key is shown to its own host, and nowhere else to be found."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.servers.replies import Failure
from tests.toolkits.papers.echo import KEY, Echo, asking, going
from toolkits.papers.answer import document
from toolkits.papers.trouble import Trouble
from toolkits.papers.web import Web


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those behind it."""
    while error:
        yield error
        error = error.__cause__ or error.__context__


async def test_a_redirect_carries_no_key(cache):
    """At its own host the key is shown; another host, port or scheme is another's."""
    async with Echo() as other, Echo() as server:
        server.ways = {"/a": going("/b"), "/b": going(f"{other.url}/c")}
        assert (await asking(server, cache).get("a", document))["path"] == "/c"
    assert [asked.headers.get("x-api-key") for asked in server.asked] == [KEY, KEY]
    assert KEY not in str(other.asked)


async def test_the_key_is_nowhere(cache, twice, caplog):
    """Not in a file, a record of any logger at any level, an exception or an address."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "stamina", "filelock"):
        caplog.set_level(logging.DEBUG, logger=name)
    raised: list[Trouble] = []
    failures = [Failure(kind="reset"), Failure(429), Failure(429), Failure(kind="html"), Failure(401)]
    async with Echo(failures=failures) as server:
        asks = asking(server, cache, gap=0.01)
        for path in ("a", "b", "c"):
            try:
                await asks.get(path, document)
            except Trouble as trouble:
                raised.append(trouble)
        await asks.get("d", document, {"ids": [1]}, q="x")
    assert len(raised) >= 2
    for error in (each for trouble in raised for each in chain(trouble)):
        assert KEY not in f"{error!r} {error} {vars(error)}"
    assert {asked.headers["x-api-key"] for asked in server.asked} == {KEY}
    assert caplog.records
    assert KEY not in "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in "".join(f"{asked.path} {asked.query} {asked.body}" for asked in server.asked)


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", "a\0"])
def test_what_no_key_can_be(key):
    """It is refused before anything is sent, and not repeated."""
    with pytest.raises(ValueError, match=r"^api_key: ") as refused:
        Web("x", "http://x", {"x-api-key": key}, gap=0)
    assert key not in str(refused.value)
