"""Jobs run by supervisors: what the backends of this package have in common."""

from __future__ import annotations

import asyncio
import logging
import marshal
import socket
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sandbox import interpreter
from sandbox.job import Job, SandboxError, run
from sandbox.pool import Pool
from sandbox.processes import bury, launched
from sandbox.session import JobSession

if TYPE_CHECKING:
    from sandbox.supervisor.order import Order

LOG = logging.getLogger(__name__)
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Supervised:
    """A sandbox whose every job has a supervisor of its own, with one kind of isolation.

    Where the isolation allows, a `pool` of warm workers can be had whose copies run Python jobs, and jobs may
    use `devices` of the host.
    """

    name: str
    level: int
    sockets = True
    weakness = ""  # what it does not hold, in words for whoever uses it

    def __init__(self, pool: Pool | None = None, devices: Sequence[str] = ()) -> None:
        self._pool = pool
        self._devices = existing(devices)

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[JobSession]:
        """Start a job. Raises SandboxError, or ValueError for a job that makes no sense."""
        order = self._order(job)
        pool = self._pool if interpreter.warm(job) else None
        async with AsyncExitStack() as stack:
            try:
                session = await _start(order, pool, stack)
            except OSError as error:
                raise SandboxError(f"sandbox {self.name}: no supervisor could be started: {error}") from error
            yield session

    async def check(self) -> None:
        """Run a job that does nothing. Raises SandboxError where that fails."""
        result = await run(self, Job(("python", "-c", ""), warm=False))
        if result.code != 0:
            raise SandboxError(f"sandbox {self.name}: Python does not start in it: {result.stderr[-500:]}")
        self.warn()

    def warn(self) -> None:
        """Say what is not held, where that is anything."""
        if self.weakness:
            told = "sandbox=%s (level %s) does not hold everything: %s. Details: docs/sandbox.md"
            LOG.warning(told, self.name, self.level, self.weakness)

    async def close(self) -> None:
        """End the workers."""
        if self._pool:
            await self._pool.close()

    def _order(self, job: Job) -> Order:
        limits = job.limits
        return {
            "isolation": self.name,
            "warm": False,
            "argv": interpreter.program(job.argv),
            "env": interpreter.QUIET | dict(job.env),
            "files": {_relative(path): bytes(content) for path, content in job.files.items()},
            "readable": interpreter.folders(),
            "hidden": interpreter.hidden(),
            "devices": self._devices,
            "scratch": tempfile.gettempdir(),
            "seconds": float(limits.seconds),
            "memory": limits.memory,
            "processes": limits.processes,
            "disk": limits.disk,
            "output": limits.output,
        }


async def _start(order: Order, pool: Pool | None, stack: AsyncExitStack) -> JobSession:
    """Have a supervisor and give it its order; the stack ends all that."""
    order["warm"] = pool is not None
    ours, theirs = zip(socket.socketpair(), socket.socketpair(), strict=True)
    for end in ours:
        stack.callback(end.close)
    with theirs[0], theirs[1]:
        if not await _supervised([end.fileno() for end in theirs], pool, stack):
            return await _start(order, None, stack)  # with fresh channels: a dying worker may hold these
    control = await _streams(ours[0], stack)
    channel = await _streams(ours[1], stack)
    session = JobSession(control, channel, order["seconds"])
    stack.push_async_callback(session.close)
    message = marshal.dumps(dict(order))
    control[1].write(len(message).to_bytes(4, "big") + message)
    return session


async def _supervised(ends: Sequence[int], pool: Pool | None, stack: AsyncExitStack) -> bool:
    """Whether there is a supervisor at these ends now: False only where the pool has none."""
    if pool is None:
        stack.push_async_callback(bury, await launched(["-I", "-S"], "job", ends))
        return True
    forked = await pool.supervisor(ends)
    if forked:
        stack.push_async_callback(forked.bury)
    return forked is not None


async def _streams(end: socket.socket, stack: AsyncExitStack) -> Streams:
    reader, writer = await asyncio.open_connection(sock=end)
    stack.callback(_abort, writer)
    return reader, writer


def _abort(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def existing(devices: Sequence[str]) -> list[str]:
    """The same, where each is a device of this machine; else a ValueError."""
    for path in devices:
        if not path.startswith("/dev/") or ".." in path or not Path(path).exists():
            raise ValueError(f"devices={path}: this must be the path of a file in /dev that is there")
    return list(devices)


def _relative(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise ValueError(f"a job's file needs a relative path without '..', not {path!r}")
    return str(pure)
