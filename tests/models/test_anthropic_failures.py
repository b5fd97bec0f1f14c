"""What becomes of a provider's failures, by the real SDK over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from engine.errors import Unanswered, Void

from ..servers.replies import Failure
from .rig import ASK, KEY, Rig


@pytest.mark.parametrize(
    ("failure", "again", "throttled", "after", "down"),
    [
        (Failure(400), False, False, None, False),
        (Failure(401), False, False, None, True),
        (Failure(408), True, False, None, True),
        (Failure(429), True, True, None, True),
        (Failure(429, headers={"retry-after": "7"}), True, True, 7.0, True),
        (Failure(429, headers={"retry-after-ms": "250"}), True, True, 0.25, True),
        (Failure(429, headers={"retry-after": "soon"}), True, True, None, True),
        (Failure(500), True, False, None, True),
        (Failure(529), True, True, None, True),
        (Failure(kind="reset"), True, False, None, True),
        (Failure(kind="cut"), True, False, None, True),
        (Failure(kind="malformed"), True, False, None, True),
        (Failure(kind="alien"), True, False, None, True),
        (Failure(kind="html"), True, False, None, True),
        (Failure(kind="hang"), True, False, None, True),
    ],
)
async def test_a_try_that_failed(rig: Rig, failure, again, throttled, after, down) -> None:
    """It is sent once, and says what it means for the next ones."""
    rig.server.failures = [failure]
    with pytest.raises(Unanswered) as raised:
        await rig.model(timeout_seconds=0.5).reply(ASK)
    said = raised.value
    assert (said.again, said.throttled, said.after, said.down) == (again, throttled, after, down)
    assert said.kind == "provider"
    assert len(rig.server.requests) == 1


@pytest.mark.parametrize(
    ("kind", "throttled"), [("torn", False), ("closed", False), ("overloaded", True), ("hang", False)]
)
async def test_a_stream_that_failed(rig: Rig, kind, throttled) -> None:
    """Half an answer is none, also where the connection was closed in good order."""
    rig.server.failures = [Failure(kind=kind)]
    with pytest.raises(Unanswered) as raised:
        await rig.model(max_tokens=30_000, timeout_seconds=0.5).reply(ASK)
    assert (raised.value.again, raised.value.throttled) == (True, throttled)
    assert rig.body["stream"]


@pytest.mark.parametrize(
    "message",
    [
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
        "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
    ],
)
async def test_no_money(rig: Rig, message: str) -> None:
    """It comes as a bad request, but no other one will fare better."""
    rig.server.error = lambda *_: {"type": "error", "error": {"type": "x", "message": message}}
    rig.answers(Failure(400))
    with pytest.raises(Unanswered) as raised:
        await rig.model().reply(ASK)
    assert (raised.value.again, raised.value.down) == (False, True)


async def test_retry_after_a_date(rig: Rig) -> None:
    """A server may name the time in place of the seconds."""
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    rig.server.failures = [Failure(503, headers={"retry-after": when})]
    with pytest.raises(Unanswered) as raised:
        await rig.model().reply(ASK)
    assert raised.value.after == pytest.approx(100, abs=5)


async def test_the_provider_is_quoted(rig: Rig) -> None:
    """The reason says what the provider said."""
    rig.server.failures = [Failure(529)]
    with pytest.raises(Void, match="claude-haiku-5-5: the API answered 529: failed on order"):
        await rig.model().reply(ASK)


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
