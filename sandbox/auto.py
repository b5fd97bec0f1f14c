"""The strongest sandbox that holds on this machine, found by attacking each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from sandbox import trial
from sandbox.hostile.strike import Untried
from sandbox.job import Job, Sandbox, SandboxError, Session
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised, existing

LOG = logging.getLogger(__name__)

# What a level promises; a backend that lets one of these through is not taken.
PROMISED = {
    3: {"secret", "write", "connect", "path_socket", "kill", "environment", "memfd", "disk", "processes",
        "memory", "daemon"},
    2: {"secret", "write", "connect", "path_socket", "kill", "environment", "memfd", "memory", "daemon"},
}  # fmt: skip


class Auto:
    """Takes a backend at the first `check` or `open`, once; `name`, `level` and `sockets` then tell which.

    Nothing below level 2 is taken unless `allow_weak`. `preload` and `devices` are for the
    backend, if that can use them.
    """

    def __init__(
        self, allow_weak: bool = False, preload: Sequence[str] = (), devices: Sequence[str] = ()
    ) -> None:
        self.name = "auto"
        self.level = 0
        self.sockets = True
        self._allow_weak = allow_weak
        self._preload = preload
        self._devices = existing(devices)
        self._taken: Supervised | None = None
        self._choosing = asyncio.Lock()

    async def check(self) -> None:
        """Find out whether code can be run here, and how. Raises SandboxError with what was tried."""
        await self._backend()

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[Session]:
        backend = await self._backend()
        async with backend.open(job) as session:
            yield session

    async def close(self) -> None:
        if self._taken:
            await self._taken.close()

    async def _backend(self) -> Supervised:
        async with self._choosing:
            if self._taken is None:
                self._taken = await self._choose()
                self.name, self.level = self._taken.name, self._taken.level
                self.sockets = self._taken.sockets
                self._taken.warn()
            return self._taken

    async def _choose(self) -> Supervised:
        tried: list[str] = []
        async with aclosing(faults()) as found:
            async for backend, fault in found:
                if not fault:
                    if tried:
                        LOG.warning("sandbox=auto takes %s. Not %s", backend.name, tried[-1])
                    return self._equipped(type(backend))
                tried.append(f"{backend.name} (level {backend.level}): {fault}")
        if self._allow_weak:
            return Subprocess()
        raise SandboxError(
            "no sandbox holds untrusted code on this machine. Tried "
            + "; ".join(tried)
            + ". To run it without "
            "protection nevertheless, where nothing is at stake: sandbox.allow_weak=true"
        )

    def _equipped(self, kind: type[Supervised]) -> Supervised:
        return Namespaces(self._preload, self._devices) if kind is Namespaces else Landlock(self._devices)


async def faults() -> AsyncGenerator[tuple[Supervised, str], None]:
    """Each backend, the strongest first, and why it is not to be taken: empty where it keeps its promise."""
    works = asyncio.create_task(trial.without())
    try:
        for kind in (Namespaces, Landlock):
            backend = kind()  # without workers, whose isolation is the same, to be quick
            yield backend, await _fault(backend, works)
    finally:
        await asyncio.gather(works, return_exceptions=True)  # never cancelled: it leaves nothing behind


async def _fault(backend: Sandbox, works: asyncio.Task[set[str]]) -> str:
    """Why a backend is not to be taken, in plain words; empty where it holds what its level promises."""
    promised = PROMISED[backend.level]
    try:
        if escaped := await trial.escapes(backend) & promised:
            return f"did not hold {', '.join(sorted(escaped))}"
        if unproven := promised - await works:
            return f"not proven, since here these attacks fail even unhindered: {', '.join(sorted(unproven))}"
    except SandboxError as error:
        return f"cannot start ({error})"
    except Untried as error:
        return f"not proven, since an attack came to no end: {error}"
    return ""
