"""How a provider may be used: how often a call is tried, and how many may be under way."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from engine.bounds import at_least


@dataclass(frozen=True)
class Traffic:
    """What a config says of it.

    A call is tried once and then `retries` times more. The wait before each retry is drawn from 0 to a bound
    that begins with `backoff_seconds` and doubles each time (full jitter). At most `max_connections` calls
    of the model are under way at once.
    """

    retries: int = 10
    backoff_seconds: float = 1.0
    max_connections: int = 100

    def __post_init__(self) -> None:
        at_least(0, retries=self.retries, backoff_seconds=self.backoff_seconds)
        at_least(1, max_connections=self.max_connections)


class Lane:
    """The calls of one model that are under way: as many as its provider bears, `most` at the most.

    The limit is halved when the provider asks us to slow down, once for all calls that were under way then,
    and grows by one for about as many replies as it is high: additive increase, multiplicative decrease, as
    in TCP congestion control (RFC 5681).
    """

    def __init__(self, most: int) -> None:
        from anyio import CapacityLimiter  # a tenth of a second that --help and refusals need not wait for

        self.most = most
        self.limit = float(most)
        self._slots = CapacityLimiter(most)
        self._slowed = -1.0
        self._closed_until = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits until one is free, first come, first served."""
        async with self._slots:
            yield

    def closed(self) -> float:
        """Seconds until the provider may be asked again."""
        return max(0.0, self._closed_until - time.monotonic())

    def slow_down(self, began: float, after: float | None) -> None:
        """On behalf of a call that began at that time."""
        now = time.monotonic()
        self._closed_until = max(self._closed_until, now + (after or 0.0))
        if began > self._slowed:
            self._slowed = now
            self._set(max(1.0, self.limit / 2))

    def speed_up(self) -> None:
        self._set(min(float(self.most), self.limit + 1 / self.limit))

    def _set(self, limit: float) -> None:
        self.limit = limit
        self._slots.total_tokens = int(limit)
