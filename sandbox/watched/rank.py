"""One watched process from outside: forked, heard, and ended."""

# ruff: noqa: PTH100, PTH118
# pathlib loads slowly

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import tempfile

from sandbox.watched import script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import IO, Any, NoReturn

HERE = os.path.abspath(os.curdir)
WORK = os.path.join(HERE, "work")
SHOWN = 1 << 15  # bytes of the beginning and of the end of an output
MOST_EVENTS = 16 << 20  # bytes
HIGH = 128  # from here on descriptors are ours


class Rank:
    """A copy of this process that becomes the script with the environment `env`."""

    def __init__(self, number: int, env: dict[str, str], order: dict[str, Any], watch: ModuleType) -> None:
        self.number = number
        self.token = os.urandom(16).hex()
        self.outputs: list[IO[bytes]] = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115  for its life
        self.events, writing = os.pipe()
        self.pending, self.told = b"", 0
        self.status: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            self._become(env, order, watch, writing)
        os.close(writing)

    def _become(
        self, env: dict[str, str], order: dict[str, Any], watch: ModuleType, writing: int
    ) -> NoReturn:
        try:
            os.setpgid(0, 0)
            high = fcntl.fcntl(writing, fcntl.F_DUPFD_CLOEXEC, HIGH)
            for number, output in enumerate(self.outputs, start=1):
                os.dup2(output.fileno(), number)
            os.closerange(3, high)
            os.environ.pop("SANDBOX_CHANNEL", None)
            os.environ.update(env)
            os.chdir(WORK)
            note = script.teller(high, self.token)
            self._install(note, order, watch)
        finally:
            os._exit(1)

    def _install(self, note: script.Note, order: dict[str, Any], watch: ModuleType) -> None:
        try:
            finish = watch.watch(note, self.number)
        except Exception:
            note("not_watched", trace=script.last_error())
        else:
            _forget()
            script.be(order, WORK, note, finish)

    def read(self) -> list[str]:
        """Events that have come, as JSON. Lines without the token are not ours."""
        data = os.read(self.events, 1 << 16)
        self.told += len(data)
        if not data or self.told > MOST_EVENTS:
            os.close(self.events)
            self.events = -1
        *lines, self.pending = (self.pending + data).split(b"\n")
        own = self.token.encode()
        return [line[len(own) :].decode() for line in lines if line.startswith(own)]

    def bury(self) -> None:
        with contextlib.suppress(ChildProcessError):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def report(self) -> dict[str, Any]:
        """The exit code, none where it had to be killed, and what was printed."""
        stdout, stderr = map(_shown, self.outputs)
        return {"code": self.status, "stdout": stdout, "stderr": stderr}


def _shown(output: IO[bytes]) -> str:
    """The beginning and the end of what was printed."""
    size = output.seek(0, os.SEEK_END)
    output.seek(0)
    data = output.read(2 * SHOWN if size <= 2 * SHOWN else SHOWN)
    if size > 2 * SHOWN:
        output.seek(size - SHOWN)
        data += b"\n[...]\n" + output.read()
    return data.decode(errors="replace")


def _forget() -> None:
    """Leave nothing of ours where the script would come upon it."""
    for name, module in list(sys.modules.items()):
        own = name.partition(".")[0] == "sandbox"
        if own or (getattr(module, "__file__", None) or "").startswith(HERE + os.sep):
            del sys.modules[name]
    sys.path[:] = [path for path in sys.path if path and not path.startswith(HERE)]
