"""What the programs of a workspace print."""

from __future__ import annotations

import os
import select
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KEPT = 1 << 18  # bytes of the beginning, and as many of the end
TICK = 0.02  # seconds between two looks at a program that prints nothing
PIPE = 1 << 16  # bytes that a pipe holds at most


class Output:
    """A pipe that all of them print to, also those that outlive a call.

    Of what came since the last `take`, the beginning and the end are kept. No note stands between them: that
    is for whoever cuts the text to its final size, which is always less.
    """

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self._head, self._tail = bytearray(), bytearray()

    def read(self) -> None:
        """All that is in the pipe now."""
        try:
            part = os.read(self.reading, PIPE)
        except BlockingIOError:
            return
        room = KEPT - len(self._head)
        self._head += part[:room]
        self._tail += part[room:]
        del self._tail[:-KEPT]

    def follow(self, seconds: float, ended: Callable[[], bool], also: Sequence[int] = ()) -> bool:
        """Read until a program has `ended`; False where it has not in time. News on `also` wake us."""
        deadline = time.monotonic() + seconds
        while not ended():
            if time.monotonic() > deadline:
                return False
            select.select([self.reading, *also], [], [], TICK)
            self.read()
        return True

    def take(self) -> str:
        self.read()
        text = (self._head + self._tail).decode(errors="replace")
        self._head.clear()
        self._tail.clear()
        return text
