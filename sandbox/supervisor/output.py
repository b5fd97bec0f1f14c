"""What a job prints, kept up to a limit."""

from __future__ import annotations

import os


class Output:
    """The reading end of a job's standard output or error. `most` is in bytes."""

    def __init__(self, descriptor: int, most: int) -> None:
        self.descriptor = descriptor
        self._most = most
        self._kept = bytearray()
        self.open = True
        os.set_blocking(descriptor, False)

    @property
    def over(self) -> bool:
        """Whether more came than is allowed."""
        return len(self._kept) > self._most

    def read(self) -> bool:
        """Take what has come by now; False when there was nothing."""
        try:
            part = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return False
        self.open = bool(part)
        self._kept += part
        return self.open

    def drain(self) -> None:
        """Take what is left without waiting for an end: a process that escaped may hold the pipe."""
        while self.open and not self.over and self.read():
            pass

    def text(self) -> bytes:
        return bytes(self._kept[: self._most])
