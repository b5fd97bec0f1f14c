"""An interpreter that keeps its variables between calls, from outside."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys

from sandbox.channel import Channel
from sandbox.workspace import console

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, NoReturn

    from sandbox.workspace.output import Output

LOST = "Variables are lost, files are kept."
HIGH = 16  # above all other descriptors of this process


class Python:
    """A copy of this process, which has one thread, made at the first call and after the end of another."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._pid = 0
        self._status: int | None = None

    def run(self, code: str, seconds: float) -> str:
        """Run a text to its end. Says what became of the interpreter, if that is gone now or was before."""
        before = f"[The interpreter has ended since the last call. {LOST}]\n" if self._gone() else ""
        if not self._pid:
            self._start()
        self._requests.send(code.encode("utf-8", "surrogatepass"))
        in_time = self._output.follow(seconds, self._ended, [self._done])
        if in_time and self._status is None:
            return before
        self._end()
        if not in_time:
            return f"{before}[Stopped after {seconds:g} seconds. {LOST}]"
        return f"{before}[The interpreter ended: {_how(self._status)}. {LOST}]"

    def _start(self) -> None:
        (theirs, requests), (self._done, done) = os.pipe(), os.pipe()
        os.set_blocking(self._done, False)
        self._status = None
        self._pid = os.fork()
        if self._pid == 0:
            _become(self._output.writing, theirs, done)
        os.close(theirs)
        os.close(done)
        self._requests = Channel(requests)

    def _ended(self) -> bool:
        """Whether the call has: by its own word, or with the interpreter."""
        with contextlib.suppress(BlockingIOError):
            if os.read(self._done, 1):
                return True
        return self._gone()

    def _gone(self) -> bool:
        if self._pid and self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def _end(self) -> None:
        """Kill it with what it started, unless that has left its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        if self._status is None:
            os.waitpid(self._pid, 0)
        os.close(self._requests.descriptor)
        os.close(self._done)
        self._pid = 0


def _become(output: int, requests: int, done: int) -> NoReturn:
    try:
        os.setsid()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, HIGH) for end in (requests, done)]
        for number in (1, 2):
            os.dup2(output, number)
        os.closerange(3, HIGH)
        sys.stdout, sys.stderr = _printer(1), _printer(2)
        console.serve(Channel(high[0]), high[1])
    finally:
        os._exit(1)


def _printer(descriptor: int) -> IO[str]:
    """Line by line, so that the two streams come in their order."""
    return os.fdopen(descriptor, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit code {status}"
