"""Things of the host that no job may reach, set up to be attacked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sandbox

# Has the secret in its environment, its memory and an open file, and lets a signal lie. The folder is its
# own: it goes when we do, in whatever way.
VICTIM = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
key, folder = sys.argv[1:]
kept = os.environ[key].encode()
try:
    os.mkdir(folder)
    os.chmod(folder, 0o777)
    with open(folder + "/secret", "wb") as file:
        file.write(kept)
    print(id(kept) + sys.getsizeof(b"") - 1, os.open(folder + "/secret", os.O_RDONLY), flush=True)
    sys.stdin.read()
except BrokenPipeError:
    pass
import shutil
shutil.rmtree(folder, ignore_errors=True)
"""
PATIENCE = 5.0  # seconds until a victim that does not end is ended: an attack may have stopped it
PLACE = Path("/tmp")  # noqa: S108  the path of a socket must be short
SHARED = Path("/dev/shm")  # noqa: S108  it is to be attacked


@dataclass(frozen=True)
class Targets:
    """A folder with a secret, services that listen, and a process that knows the secret.

    `place` is that process: its id, where in its memory the secret is, and the number of its open file.
    `key` is the name of a variable with the secret, `left_open` a descriptor that a child would inherit.
    """

    folder: Path
    token: str
    key: str
    left_open: int
    services: dict[str, socket.socket]
    place: str

    @property
    def victim(self) -> int:
        return int(self.place.split()[0])

    @property
    def planted(self) -> dict[str, Path]:
        """Attack -> the file that it would leave."""
        name = f"planted-{self.key}"
        return {
            "write": self.folder / "written",
            "system_file": Path(sys.prefix) / name,
            "shared_folder": SHARED / name,
        }

    def called(self, name: str) -> bool:
        """Whether somebody has spoken to a service since we last asked."""
        service = self.services[name]
        try:
            if service.type == socket.SOCK_DGRAM:
                service.recv(16)
            else:
                service.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def arguments(self) -> dict[str, str]:
        """Attack -> what it goes for."""
        ports = {name: str(self.services[name].getsockname()[1]) for name in ("connect", "datagram")}
        if "connect_v6" in self.services:
            ports["connect_v6"] = str(self.services["connect_v6"].getsockname()[1])
        reading = dict.fromkeys(("environment", "variables", "keyring", "abstract_socket"), self.key)
        reading |= {"secret": str(self.folder / "secret"), "own_source": str(sandbox.__file__)}
        others = ("foreign_memory", "foreign_memory_by_call", "foreign_descriptor", "kill", "trace_other")
        files = {name: str(path) for name, path in self.planted.items()}
        services = {"path_socket": str(self.folder / "socket")}
        return ports | reading | dict.fromkeys(others, self.place) | files | services


@asynccontextmanager
async def targets() -> AsyncIterator[Targets]:
    """Fresh targets, which anyone on the host can reach."""
    token, key = secrets.token_hex(16), f"PREY_{secrets.token_hex(6)}"
    folder = PLACE / f"sandbox-test-{secrets.token_hex(4)}"
    async with _victim(key, token, folder) as place:
        with ExitStack() as stack:
            services = _services(folder, key, stack)
            left_open = stack.enter_context((folder / "secret").open()).fileno()
            os.environ[key] = token
            stack.callback(os.environ.pop, key, None)
            found = Targets(folder, token, key, left_open, services, place)
            try:
                yield found
            finally:
                for path in found.planted.values():
                    path.unlink(missing_ok=True)


def _services(folder: Path, key: str, stack: ExitStack) -> dict[str, socket.socket]:
    """Attack -> the service that it goes for, where this machine can have it."""
    made: dict[str, tuple[int, int, Any]] = {
        "connect": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        "connect_v6": (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
        "datagram": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        "path_socket": (socket.AF_UNIX, socket.SOCK_STREAM, f"{folder}/socket"),
        "abstract_socket": (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{key}"),
    }
    services = {}
    for name, (family, kind, address) in made.items():
        with contextlib.suppress(OSError):
            end = stack.enter_context(socket.socket(family, kind))
            end.setblocking(False)
            end.bind(address)
            if kind == socket.SOCK_STREAM:
                end.listen()
            services[name] = end
    (folder / "socket").chmod(0o777)
    return services


@asynccontextmanager
async def _victim(key: str, token: str, folder: Path) -> AsyncIterator[str]:
    """In a session of its own: Ctrl-C is for us."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", VICTIM, key, str(folder)),
        env={key: token}, stdin=PIPE, stdout=PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield f"{process.pid} {(await process.stdout.readline()).decode().strip()}"
    finally:
        await _ended(process)


async def _ended(process: Process) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await process.communicate(b"")
    except TimeoutError:
        process.kill()
        await process.wait()
