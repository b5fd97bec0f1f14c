"""All calls of models in one experiment: tried again, not too many at once, and within the budget."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from engine.budget import Budget
from engine.cache import Cache
from engine.clock import Clock
from engine.errors import Stopped, Unanswered
from engine.model import Model, Request, Turn, Usage
from engine.traffic import Lane

LONGEST_WAIT = 60.0  # seconds between two tries, where the provider does not ask for more
LONGEST_AFTER = 600.0  # seconds: who asks for more will not serve this experiment
Keep = Callable[[Turn, float], Awaitable[None]]  # the reply, and the seconds that it took


class Calls:
    """Shared by all runs. `spent` is what has been paid for so far, `cache` holds replies that need no call.

    Once the budget is used up, or a model has left `max_failures` calls in a row unanswered, or somebody
    says `stop`, no call begins any more: it raises Stopped.
    """

    def __init__(
        self,
        budget: Budget | None = None,
        max_failures: int = 5,
        spent: Usage | None = None,
        cache: Cache | None = None,
    ) -> None:
        self.spent = spent or Usage()
        self.cache = cache or Cache()
        self._budget = budget or Budget()
        self._max_failures = max_failures
        self._started = time.monotonic()
        self._lanes: dict[str, Lane] = {}
        self._failures: Counter[str] = Counter()
        self._why = ""
        self._stopping = asyncio.Event()
        self._waiting = 0
        self._last_failure = ""

    def stop(self, why: str) -> None:
        self._why = self._why or why
        self._stopping.set()

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """What cannot be written in here ends all: nothing is to be paid for that cannot be kept."""
        try:
            yield
        except OSError as error:
            self.stop(f"results cannot be written ({error})")
            raise

    def stopped(self) -> str:
        """Why there are to be no more calls, or nothing."""
        if not self._why and (reached := self._budget.reached(self.spent, self._started)):
            self.stop(reached)
        return self._why

    def trouble(self) -> str:
        """What a reader should know of calls that wait to be tried again, or nothing."""
        return f"{self._waiting} calls wait, the last for: {self._last_failure}" if self._waiting else ""

    async def ask(self, model: Model, request: Request, keep: Keep, clock: Clock) -> Turn:
        """The reply, once it is kept. Raises Void("provider"), or Stopped."""
        with clock.waiting():
            turn, seconds = await self._tried(model, request, clock)
            self.spent += turn.usage
            await keep(turn, seconds)
            return turn

    async def _tried(self, model: Model, request: Request, clock: Clock) -> tuple[Turn, float]:
        from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

        own = model.traffic
        tries = AsyncRetrying(
            stop=stop_after_attempt(own.retries + 1),
            wait=wait_random_exponential(own.backoff_seconds, LONGEST_WAIT),
            retry=retry_if_exception(_worth_it),
            sleep=self._pause,
            reraise=True,
        )
        try:
            return await tries(self._once, model, request, clock)
        except Unanswered as error:
            self._give_up(model, error)
            raise

    async def _once(self, model: Model, request: Request, clock: Clock) -> tuple[Turn, float]:
        lane = self._lane(model)
        async with lane.slot():
            while (wait := lane.closed()) and not self._stopping.is_set():
                await self._pause(wait)
            if why := self.stopped():
                raise Stopped(why)
            began = time.monotonic()
            try:
                with clock.trying():
                    turn = await model.reply(request)
            except Unanswered as error:
                self._last_failure = error.reason
                if error.throttled:
                    lane.slow_down(began, error.after if _worth_it(error) else None)
                raise
            lane.speed_up()
            self._failures[model.id] = 0
            return turn, time.monotonic() - began

    def _lane(self, model: Model) -> Lane:
        if model.id not in self._lanes:
            self._lanes[model.id] = Lane(model.traffic.max_connections)
        return self._lanes[model.id]

    async def _pause(self, seconds: float) -> None:
        """Shorter where all is stopped meanwhile."""
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
        finally:
            self._waiting -= 1

    def _give_up(self, model: Model, error: Unanswered) -> None:
        """Raises Stopped where this is one failure too many in a row."""
        self._failures[model.id] += error.down
        if self._failures[model.id] >= self._max_failures:
            reason = error.reason.removeprefix(f"{model.id}: ")
            self.stop(f"{model.id} left {self._max_failures} calls in a row unanswered: {reason}")
            raise Stopped(self._why) from error


def _worth_it(error: BaseException) -> bool:
    return isinstance(error, Unanswered) and error.again and (error.after or 0.0) <= LONGEST_AFTER
