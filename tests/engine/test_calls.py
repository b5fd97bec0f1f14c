"""All calls of models in one experiment."""

from __future__ import annotations

import asyncio
import time

import pytest

from engine.budget import Budget
from engine.calls import Calls
from engine.clock import Clock
from engine.errors import Stopped, Unanswered
from engine.model import Request, Turn, Usage, User
from engine.traffic import Traffic
from tests.doubles import Answering

ASK = Request((User(("Hello.",)),))
REPLY = Turn("Hi.", usage=Usage(10, 5, cost=1.0))


class Moody(Answering):
    """Fails as it is told to, then answers."""

    def __init__(self, *failures: Exception, seconds: float = 0.0, **traffic: float) -> None:
        super().__init__(self._say, seconds)
        self.failures = list(failures)
        self.traffic = Traffic(**{"retries": 3, "backoff_seconds": 0.001, **traffic})

    def _say(self, _: Request) -> Turn:
        if self.failures:
            raise self.failures.pop(0)
        return REPLY


async def ask(calls: Calls, model: Answering, kept: list | None = None) -> Turn:
    async def keep(turn: Turn, seconds: float) -> None:
        if kept is not None:
            kept.append((turn, seconds))

    return await calls.ask(model, ASK, keep, Clock())


async def test_a_reply_is_kept_and_counted():
    kept, calls = [], Calls()
    assert await ask(calls, Moody(), kept) == REPLY
    assert kept[0][0] == REPLY
    assert calls.spent == REPLY.usage


async def test_what_may_pass_is_tried_again():
    model = Moody(Unanswered("500"), Unanswered("reset"), Unanswered("429", throttled=True))
    assert await ask(Calls(), model) == REPLY
    assert len(model.asked) == 4


@pytest.mark.parametrize("error", [Unanswered("400", again=False), Unanswered("429", after=3600.0)])
async def test_what_does_not_pass_is_not(error):
    """A refused request, and a provider that wants to be asked again in an hour."""
    model = Moody(error)
    with pytest.raises(Unanswered):
        await ask(Calls(), model)
    assert len(model.asked) == 1


async def test_the_last_failure_is_raised():
    model = Moody(*[Unanswered(f"no {at}") for at in range(9)])
    with pytest.raises(Unanswered, match="no 3"):
        await ask(Calls(), model)
    assert len(model.asked) == 4


async def test_retry_after_holds_for_all():
    """No call of the model begins before, and each begins after it."""
    calls, model = Calls(), Moody(Unanswered("429", throttled=True, after=0.3))
    began = time.monotonic()
    await ask(calls, model)
    await ask(calls, model)
    assert 0.3 <= time.monotonic() - began < 0.6


async def test_never_more_at_once_than_allowed():
    """Also while it falls and rises."""
    model = Moody(*[Unanswered("429", throttled=True)] * 3, seconds=0.01, max_connections=4, retries=10)
    open_now, most = 0, 0
    reply = model.reply

    async def counted(request: Request) -> Turn:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        try:
            return await reply(request)
        finally:
            open_now -= 1

    model.reply = counted
    calls = Calls()
    await asyncio.gather(*(ask(calls, model) for _ in range(30)))
    assert most == 4


async def test_a_model_that_is_down_ends_it():
    """So many calls in a row, all retries spent; a reply in between begins the count anew."""
    calls = Calls(max_failures=3)
    model = Moody(*[Unanswered("down")] * 2, retries=0)
    for _ in range(2):
        with pytest.raises(Unanswered):
            await ask(calls, model)
    await ask(calls, model)
    model.failures = [Unanswered("no key", again=False)] * 3
    for _ in range(2):
        with pytest.raises(Unanswered):
            await ask(calls, model)
    with pytest.raises(Stopped, match="answering left 3 calls in a row unanswered: no key"):
        await ask(calls, model)
    with pytest.raises(Stopped):
        await ask(calls, model)
    assert len(model.asked) == 6


async def test_requests_that_are_refused_do_not_end_it():
    """They say nothing of others."""
    calls, refused = Calls(max_failures=1), Unanswered("400", again=False, down=False)
    model = Moody(refused, refused)
    for _ in range(2):
        with pytest.raises(Unanswered):
            await ask(calls, model)
    assert calls.stopped() == ""


async def test_at_the_limit_of_the_budget_no_call_begins():
    calls, model = Calls(Budget(usd=2)), Moody()
    await ask(calls, model)
    await ask(calls, model)
    with pytest.raises(Stopped, match=r"budget\.usd=2 is reached"):
        await ask(calls, model)
    assert len(model.asked) == 2


async def test_what_was_spent_before_counts():
    with pytest.raises(Stopped):
        await ask(Calls(Budget(tokens=15), spent=Usage(15)), Moody())


async def test_nobody_waits_out_a_backoff_once_all_is_stopped():
    calls = Calls()
    waiting = asyncio.create_task(ask(calls, Moody(Unanswered("429", throttled=True, after=60.0))))
    await asyncio.sleep(0.05)
    calls.stop("enough")
    async with asyncio.timeout(1):
        with pytest.raises(Stopped):
            await waiting


async def test_who_waits_is_told_of():
    """So that nobody sits before a terminal on which nothing happens."""
    calls = Calls()
    assert calls.trouble() == ""
    waiting = asyncio.create_task(ask(calls, Moody(Unanswered("too many", throttled=True, after=0.2))))
    await asyncio.sleep(0.05)
    assert calls.trouble() == "1 calls wait, the last for: too many"
    await waiting
    assert calls.trouble() == ""


async def test_failed_tries_and_waits_take_none_of_the_attempts_time():
    clock, model = Clock(), Moody(Unanswered("429", throttled=True, after=0.2), seconds=0.05)

    async def keep(*_: object) -> None:
        """Nothing to keep."""

    async with clock.running(10.0):
        await Calls().ask(model, ASK, keep, clock)
    assert 0.05 <= clock.used < 0.1
