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
    """Runs code call by call in one interpreter, and in a new one after the end of that."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._process: Interpreter | None = None

    def run(self, code: str, seconds: float) -> str:
        """Run a text to its end. Says what became of the interpreter, if that is gone now or was before."""
        before = ""
        if self._process and self._process.gone():
            before = f"[The interpreter has ended since the last call. {LOST}]\n"
            self._forget()
        process = self._process = self._process or Interpreter(self._output.writing)
        process.begin(code)
        if not self._output.follow(seconds, process.idle, [process.done]):
            self._forget()
            return f"{before}[Stopped after {seconds:g} seconds. {LOST}]"
        if process.gone():
            self._forget()
            return f"{before}[The interpreter ended: {process.how()}. {LOST}]"
        return before

    def _forget(self) -> None:
        if self._process:
            self._process.end()
        self._process = None


class Interpreter:
    """A copy of this process, which has one thread. `done` has news when a call has ended."""

    def __init__(self, output: int) -> None:
        (theirs, requests), (self.done, done) = os.pipe(), os.pipe()
        os.set_blocking(self.done, False)
        self._requests = Channel(requests)
        self._status: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            _become(output, theirs, done)
        os.close(theirs)
        os.close(done)

    def begin(self, code: str) -> None:
        with contextlib.suppress(EOFError):  # which `gone` will tell
            self._requests.send(code.encode("utf-8", "surrogatepass"))

    def idle(self) -> bool:
        """Whether the call has ended: by its own word, or with the interpreter."""
        with contextlib.suppress(BlockingIOError):
            if os.read(self.done, 1):
                return True
        return self.gone()

    def gone(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def how(self) -> str:
        if self._status is not None and self._status < 0:
            return f"killed by {signal.Signals(-self._status).name}"
        return f"exit code {self._status}"

    def end(self) -> None:
        """Kill it with what it started, unless that has left its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        if self._status is None:
            os.waitpid(self._pid, 0)
        os.close(self._requests.descriptor)
        os.close(self.done)


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
