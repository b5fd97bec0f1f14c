"""Jobs run by supervisors: what the backends of this package have in common."""

from __future__ import annotations

import asyncio
import marshal
import os
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sandbox import interpreter
from sandbox.job import Job, SandboxError, run
from sandbox.session import JobSession

if TYPE_CHECKING:
    from sandbox.supervisor.order import Order

LAUNCHER = str(Path(__file__).parent / "supervisor" / "launcher.py")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
DYING = 5.0  # seconds a supervisor may take to kill its job and clean up


class Supervised:
    """A sandbox whose every job has a supervisor of its own, with one kind of isolation.

    At most `at_once` jobs run at a time (default: four a processor); others wait, off the clock.
    """

    name: str
    level: int

    def __init__(self, at_once: int | None = None) -> None:
        self._room = asyncio.Semaphore(at_once or 4 * (os.cpu_count() or 1))

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[JobSession]:
        """Start a job. Raises SandboxError, or ValueError for a job that makes no sense."""
        order = self._order(job)
        async with self._room, AsyncExitStack() as stack:
            try:
                session = await _start(order, stack)
            except OSError as error:
                raise SandboxError(f"sandbox {self.name}: no supervisor could be started: {error}") from error
            yield session

    async def check(self) -> None:
        """Run a job that does nothing. Raises SandboxError where that fails."""
        result = await run(self, Job(("python", "-c", "")))
        if result.code != 0:
            raise SandboxError(f"sandbox {self.name}: Python does not start in it: {result.stderr[-500:]}")

    async def close(self) -> None:
        """Nothing is kept between jobs."""

    def _order(self, job: Job) -> Order:
        limits = job.limits
        return {
            "isolation": self.name,
            "argv": interpreter.program(job.argv),
            "env": interpreter.QUIET | dict(job.env),
            "files": {_relative(path): bytes(content) for path, content in job.files.items()},
            "readable": interpreter.folders(),
            "hidden": interpreter.hidden(),
            "scratch": tempfile.gettempdir(),
            "seconds": float(limits.seconds),
            "memory": limits.memory,
            "processes": limits.processes,
            "disk": limits.disk,
            "output": limits.output,
        }


async def _start(order: Order, stack: AsyncExitStack) -> JobSession:
    """Start a supervisor and give it its order; the stack ends all that."""
    ours, theirs = zip(socket.socketpair(), socket.socketpair(), strict=True)
    for end in ours:
        stack.callback(end.close)
    with theirs[0], theirs[1]:
        numbers = [end.fileno() for end in theirs]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            LAUNCHER,
            *map(str, numbers),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            pass_fds=numbers,
            env={},
            cwd="/",
            start_new_session=True,
        )
    stack.push_async_callback(_bury, process)
    control = await _streams(ours[0], stack)
    channel = await _streams(ours[1], stack)
    session = JobSession(control, channel, order["seconds"])
    stack.push_async_callback(session.close)
    message = marshal.dumps(dict(order))
    control[1].write(len(message).to_bytes(4, "big") + message)
    return session


async def _streams(end: socket.socket, stack: AsyncExitStack) -> Streams:
    reader, writer = await asyncio.open_connection(sock=end)
    stack.callback(_abort, writer)
    return reader, writer


def _abort(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _bury(process: asyncio.subprocess.Process) -> None:
    """Wait for the supervisor's end; its channels are closed, so it is killing its job."""
    try:
        await asyncio.wait_for(process.wait(), DYING)
    except TimeoutError:
        process.kill()
        await process.wait()


def _relative(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise ValueError(f"a job's file needs a relative path without '..', not {path!r}")
    return str(pure)
