"""One request at a time, with a gap after each, over all processes of this user."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine.place import place
from toolkits.papers.kept import usable
from toolkits.papers.trouble import Trouble

LONGEST = 60.0  # seconds that all wait because one was told to; past it, each is told so itself


class Pace:
    """The next turn begins `gap` seconds after the end of the last one, whoever had it.

    The end is the time of a file, which outlives the processes; the turn is a lock on another. Where a turn
    was answered with "come back in a while", it ends so much later for all.
    """

    def __init__(self, name: str, gap: float) -> None:
        self.gap = gap
        self._lock = place() / f"{name}.lock"
        self._last = place() / f"{name}.last"

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        from filelock import AsyncFileLock

        if not self.gap:
            yield
            return
        with usable():
            self._lock.parent.mkdir(parents=True, exist_ok=True)
            self._lock.touch()
        async with AsyncFileLock(self._lock, poll_interval=0.02):
            await asyncio.sleep(self._due())
            rest = self.gap
            try:
                yield
            except Trouble as trouble:
                if (trouble.retry_after or 0.0) <= LONGEST:
                    rest = max(rest, trouble.retry_after or 0.0)
                raise
            finally:
                self._end(time.time() + rest - self.gap)

    def _end(self, when: float) -> None:
        self._last.touch()
        os.utime(self._last, (when, when))  # in full: a time that the system gives may be of some ms ago

    def _due(self) -> float:
        """Seconds to wait; the gap at most, should the clock have been set back."""
        try:
            last = self._last.stat().st_mtime
        except FileNotFoundError:
            return 0.0
        left = max(0.0, last + self.gap - time.time())
        return left if left <= LONGEST else self.gap
