"""Warm workers, the engine's side: processes that have imported modules and fork supervisors for jobs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Sequence

from sandbox import interpreter
from sandbox.processes import DYING, bury, launched

PATIENCE = 10.0  # seconds a worker may take to fork
PROCESSORS = 8  # that one worker keeps busy: it forks about a hundred jobs a second


class Pool:
    """As many workers as the processors need, started at the first job.

    A worker forks at most `jobs` and is then replaced, as is one that dies. One that never gets ready is not
    tried again.
    """

    def __init__(self, modules: Sequence[str], jobs: int = 1000) -> None:
        self._modules = tuple(modules)
        self._jobs = jobs
        self._slots: deque[asyncio.Task[Worker | None]] = deque()

    async def supervisor(self, ends: Sequence[int]) -> Forked | None:
        """A new supervisor that has these two descriptors, as soon as a worker is ready; None without one."""
        if not self._slots:
            count = -(-(os.cpu_count() or 1) // PROCESSORS)
            self._slots.extend(self._slot() for _ in range(count))
        slot = self._slots[0]
        self._slots.rotate(-1)
        worker = await asyncio.shield(slot)
        if worker is None:
            return None
        pid = await worker.fork(ends)
        if not pid or worker.forked >= self._jobs:
            await self._replace(slot)
        return Forked.of(pid)

    async def close(self) -> None:
        """End all workers. Running jobs have supervisors of their own."""
        slots = list(self._slots)
        self._slots.clear()
        for slot in slots:
            await _end(slot)

    def _slot(self) -> asyncio.Task[Worker | None]:
        return asyncio.create_task(Worker.start(self._modules))

    async def _replace(self, slot: asyncio.Task[Worker | None]) -> None:
        if slot in self._slots:  # else another job has seen to it
            self._slots[self._slots.index(slot)] = self._slot()
            await _end(slot)


async def _end(slot: asyncio.Task[Worker | None]) -> None:
    slot.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        if worker := await slot:
            await worker.end()


class Worker:
    """One worker that is ready. Its answers come in the order of the requests."""

    def __init__(self, process: Process, control: socket.socket) -> None:
        self.process = process
        self.forked = 0
        self._control = control
        self._asked: deque[asyncio.Future[int]] = deque()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, modules: Sequence[str]) -> Worker | None:
        """A worker that has imported what it can of these; None where it cannot be had."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            process = await launched(["-s"], "worker", [theirs.fileno()], modules, interpreter.QUIET)
        ready = b""
        try:
            ready = await asyncio.get_running_loop().sock_recv(ours, 16)
        finally:
            if not ready:
                ours.close()
                await bury(process)
        return cls(process, ours) if ready else None

    async def fork(self, ends: Sequence[int]) -> int:
        """The process id of a new supervisor; 0 where the worker is dead or does not answer."""
        answer = asyncio.get_running_loop().create_future()
        try:
            socket.send_fds(self._control, [b"\0"], ends)
            self._asked.append(answer)
            self.forked += 1
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(answer)
        except (OSError, TimeoutError):
            return 0

    async def end(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        self._control.close()
        await bury(self.process)

    async def _listen(self) -> None:
        """Hand out answers; when there will be no more, say so to all who wait."""
        loop = asyncio.get_running_loop()
        try:
            while answer := await loop.sock_recv(self._control, 16):
                self._asked.popleft().set_result(int.from_bytes(answer, "big"))
        except OSError:
            pass
        finally:
            for asked in self._asked:
                asked.set_result(0)


class Forked:
    """A supervisor that is not our child."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def of(cls, pid: int) -> Forked | None:
        """The process of that id, which lives until we send it an order. None where it was killed."""
        try:
            return cls(os.pidfd_open(pid)) if pid else None
        except ProcessLookupError:
            return None

    async def bury(self) -> None:
        """Wait for its end, which its control channel's end has brought about."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._descriptor, ended.set)
        try:
            async with asyncio.timeout(DYING):
                await ended.wait()
        except TimeoutError:
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            await ended.wait()
        finally:
            loop.remove_reader(self._descriptor)
            os.close(self._descriptor)
