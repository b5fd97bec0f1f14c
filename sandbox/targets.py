"""Things of the host that no job may reach, set up for a self-test to attack."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

VICTIM = (
    "import signal, time; signal.signal(signal.SIGUSR1, signal.SIG_DFL); print(flush=True); time.sleep(60)"
)


@dataclass
class Targets:
    """A folder with a secret, services that listen, and a process with a secret in its environment."""

    folder: Path
    token: str
    tcp: socket.socket
    unix: socket.socket
    victim: asyncio.subprocess.Process

    def arguments(self) -> dict[str, str]:
        """Attack -> what it goes for."""
        return {
            "secret": str(self.folder / "secret"),
            "write": str(self.folder / "written"),
            "connect": str(self.tcp.getsockname()[1]),
            "path_socket": str(self.folder / "socket"),
            "environment": self.token,
            "kill": str(self.victim.pid),
        }

    async def hit(self, claimed: set[str]) -> set[str]:
        """The attacks whose effect can be seen from here, whatever the attacker claims."""
        seen = {
            "write": (self.folder / "written").exists(),
            "connect": _called(self.tcp),
            "path_socket": _called(self.unix),
            "kill": "kill" in claimed and await _ended(self.victim),
        }
        return {name for name, happened in seen.items() if happened}


@asynccontextmanager
async def targets() -> AsyncIterator[Targets]:
    """Fresh targets, which anyone on the host can reach."""
    with tempfile.TemporaryDirectory(prefix="sandbox-test-") as folder, contextlib.ExitStack() as sockets:
        path = _planted(folder)
        tcp = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
        unix = sockets.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(f"{folder}/socket")
        unix.listen()
        os.chmod(f"{folder}/socket", 0o777)  # noqa: PTH101, S103  anyone may try
        token = secrets.token_hex(16)
        victim = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", VICTIM, env={"SECRET": token}, stdout=asyncio.subprocess.PIPE
        )  # fmt: skip
        try:
            assert victim.stdout is not None
            await victim.stdout.readline()
            yield Targets(path, token, tcp, unix, victim)
        finally:
            with contextlib.suppress(ProcessLookupError):
                victim.kill()
            await victim.communicate()


def _planted(folder: str) -> Path:
    path = Path(folder)
    path.chmod(0o777)
    (path / "secret").write_text("secret")
    return path


def marked(mark: str) -> set[int]:
    """Processes of the host that carry a mark in their environment."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found.add(int(folder.name))
    return found


def end(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def _ended(process: asyncio.subprocess.Process) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), 0.2)
    return process.returncode is not None


def _called(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True
