"""What becomes of a provider's failures, by the real SDK over HTTP."""

from __future__ import annotations

import pytest

from engine.errors import Void

from ..servers.replies import Failure
from .rig import ASK, KEY, Rig


@pytest.mark.parametrize("status", [408, 409, 429, 500, 529])
async def test_retried(rig: Rig, status: int) -> None:
    """What may pass is tried again, as soon as the provider says."""
    rig.server.failures = [Failure(status, headers={"retry-after-ms": "1"})]
    assert (await rig.model(retries=1).reply(ASK)).text == "Hello."
    assert len(rig.server.requests) == 2


async def test_reset_retried(rig: Rig) -> None:
    """A dropped connection is tried again."""
    rig.server.failures = [Failure(kind="reset"), Failure(kind="cut")]
    assert (await rig.model(retries=2).reply(ASK)).text == "Hello."


async def test_void_after_retries(rig: Rig) -> None:
    """What does not pass is void after the last try, and says what the provider said."""
    rig.server.failures = [Failure(529, headers={"retry-after-ms": "1"})] * 3
    with pytest.raises(Void, match="claude-haiku-5-5: the API answered 529: failed on order"):
        await rig.model(retries=2).reply(ASK)
    assert rig.server.failures == []


async def test_slow_provider(rig: Rig) -> None:
    """A try that takes longer than allowed is given up."""
    rig.answers(Failure(kind="hang"))
    with pytest.raises(Void, match=r"no answer within 0.2 s, tried 1 times"):
        await rig.model(timeout_seconds=0.2).reply(ASK)


async def test_absurd_retry_after(rig: Rig) -> None:
    """A provider that asks us to come back in an hour does not hold the run that long."""
    rig.answers(Failure(429, headers={"retry-after": "3600"}))
    with pytest.raises(Void, match="no answer"):
        await rig.model(timeout_seconds=0.2, retries=1).reply(ASK)


async def test_unreachable(rig: Rig) -> None:
    """No server at all is a void that names the host."""
    with pytest.raises(Void, match=r"no connection to 127\.0\.0\.1"):
        await rig.model(base_url="http://127.0.0.1:9").reply(ASK)


async def test_key_stays_secret(rig: Rig) -> None:
    """A provider that echoes the key does not get it into our records."""
    rig.server.error = lambda *_: {"type": "error", "error": {"type": "x", "message": f"bad {KEY}"}}
    rig.answers(Failure(401))
    with pytest.raises(Void, match=r"bad \*\*\*") as raised:
        await rig.model().reply(ASK)
    assert KEY not in str(raised.value)


async def test_outgrown(rig: Rig) -> None:
    """A prompt that is too long is the conversation's end, not a failure of ours."""
    message = "prompt is too long: 250000 tokens > 200000 maximum"
    rig.server.error = lambda *_: {"type": "error", "error": {"type": "x", "message": message}}
    rig.answers(Failure(400))
    assert (await rig.model().reply(ASK)).stop == "context"
