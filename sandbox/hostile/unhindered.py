"""No sandbox at all: a plain process with nothing in its way, and a caller that believes what it is told.

The control of every attack: what has no effect even here proves nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox import interpreter
from sandbox.job import MIB, Job, Result

# A process in between, as a supervisor would be. It tidies up, since it may outlive us.
WATCHER = ("/bin/sh", "-c", '"$@"; code=$?; rm -rf "$PWD"; exit $code', "sh")


class Unhindered:
    """A sandbox in name only. `left_open` are descriptors that jobs inherit."""

    name = "unhindered"
    level = 0
    sockets = True

    def __init__(self, left_open: Sequence[int] = ()) -> None:
        self._left_open = tuple(left_open)

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[Plain]:
        ours, theirs = socket.socketpair()
        with ours, tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), job)
            with theirs:
                process = await self._started(job, folder, theirs.fileno())
            reader, writer = await asyncio.open_connection(sock=ours)
            session = Plain(process, reader, writer)
            try:
                yield session
            finally:
                await session.close()

    async def _started(self, job: Job, folder: str, channel: int) -> Process:
        own = {"SANDBOX_CHANNEL": str(channel), "PYTHONDONTWRITEBYTECODE": "1"}
        return await asyncio.create_subprocess_exec(
            *(*WATCHER, *interpreter.program(job.argv)),
            env=os.environ | dict(job.env) | own,
            cwd=folder,
            stdout=PIPE,
            stderr=PIPE,
            pass_fds=(channel, *self._left_open),
            start_new_session=True,
        )

    async def check(self) -> None:
        """Nothing can be missing."""

    async def close(self) -> None:
        """Nothing is kept."""


class Plain:
    """A job that nothing holds, whose every word is taken."""

    def __init__(self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self._printed = asyncio.create_task(process.communicate())

    async def send(self, frame: bytes) -> None:
        self._writer.write(len(frame).to_bytes(4, "big") + frame)

    async def receive(self, most: int = 16 * MIB) -> bytes:  # noqa: ARG002  here nothing is bounded
        try:
            size = int.from_bytes(await self._reader.readexactly(4), "big")
            return await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError("the job has ended") from error

    async def wait(self) -> Result:
        stdout, stderr = await asyncio.shield(self._printed)
        code = self._process.returncode
        return Result("exit", code, stdout.decode(errors="replace"), stderr.decode(errors="replace"), 0.0)

    async def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._writer.transport.abort()
        await self._printed


def _write(folder: Path, job: Job) -> None:
    for name, content in job.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
