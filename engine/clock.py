"""The time that an attempt has used, which is not the time that went by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from engine.errors import Void


class Clock:
    """Counts what tools and replies took, in `used` seconds; not queues, waits, or tries that failed.

    What an earlier session has used is charged, so that a resumed attempt has what is left of its time.
    """

    def __init__(self) -> None:
        self.used = 0.0
        self._limit: float | None = None
        self._timeout: asyncio.Timeout | None = None
        self._since: float | None = None
        self._waits = 0
        self._tried_at: float | None = None

    @asynccontextmanager
    async def running(self, limit: float | None) -> AsyncIterator[None]:
        """Raises TimeoutError once more than `limit` seconds are used."""
        async with asyncio.timeout(None) as self._timeout:
            self._limit = limit
            self._tick()
            try:
                yield
            finally:
                self._halt()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """What goes on in here takes none of the attempt's time. Several may do so at once."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Within `waiting`: one try to get a reply, which does take its time, unless it comes to nothing."""
        began = self._tried_at = time.monotonic()
        self._count(-1)
        try:
            yield
        except Void:
            self.used -= time.monotonic() - began
            self._tried_at = None
            raise
        else:
            self._tried_at = None
        finally:
            self._count(1)

    def charge(self, seconds: float) -> None:
        self._halt()
        self.used += seconds
        self._tick()

    def now(self) -> float:
        """What is used up to this moment, in seconds; grows only while it runs."""
        return self.used + (time.monotonic() - self._since if self._since is not None else 0.0)

    def pending(self) -> float:
        """Seconds since a try began that has not come to its end, 0 where there is none."""
        return time.monotonic() - self._tried_at if self._tried_at is not None else 0.0

    def _count(self, more: int) -> None:
        self._waits += more
        self._tick()

    def _tick(self) -> None:
        self._halt()
        if self._timeout is None or self._timeout.expired() or self._waits:
            return
        self._since = time.monotonic()
        if self._limit is not None:
            left = max(0.0, self._limit - self.used)
            self._timeout.reschedule(asyncio.get_running_loop().time() + left)

    def _halt(self) -> None:
        if self._since is not None:
            self.used += time.monotonic() - self._since
            self._since = None
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(None)
