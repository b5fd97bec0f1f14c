"""The engine's side of a running job: its channel, and the report of its supervisor."""

from __future__ import annotations

import asyncio
import marshal
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.job import MIB, Result, SandboxError

if TYPE_CHECKING:
    from sandbox.supervisor.order import Report

T = TypeVar("T")
LATE = 1.0  # seconds that bytes already on their way may take after the job's end
GRACE = 10.0  # seconds beyond its limit after which a silent supervisor is given up


class JobSession:
    """A running job. Nothing here waits longer than the job's wall time and a grace of ours."""

    def __init__(
        self,
        control: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        channel: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        seconds: float,
    ) -> None:
        self._reader, self._writer = channel
        self._expected: int | None = None
        self._ended = asyncio.create_task(_result(control[0], seconds + GRACE))

    async def send(self, frame: bytes) -> None:
        self._writer.write(len(frame).to_bytes(4, "big") + frame)
        await self._while_running(self._writer.drain())

    async def receive(self, most: int = 16 * MIB) -> bytes:
        if self._expected is None:
            self._expected = int.from_bytes(await self._exactly(4), "big")
        if self._expected > most:
            raise ValueError(f"the job announced a frame of {self._expected} bytes, at most {most} are taken")
        frame = await self._exactly(self._expected)
        self._expected = None
        return frame

    async def wait(self) -> Result:
        return await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Stop listening."""
        self._ended.cancel()
        await asyncio.gather(self._ended, return_exceptions=True)

    async def _exactly(self, size: int) -> bytes:
        return await self._while_running(self._reader.readexactly(size))

    async def _while_running(self, step: Coroutine[Any, Any, T]) -> T:
        """Take a step on the channel, but give up soon after the job's end."""
        task = asyncio.create_task(step)
        try:
            await asyncio.wait({task, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            async with asyncio.timeout(LATE):
                return await task
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as error:
            await self._blame()
            raise EOFError("the job has ended or closed its channel") from error
        finally:
            task.cancel()

    async def _blame(self) -> None:
        """Raise SandboxError if the channel ended through a fault of ours."""
        done, _ = await asyncio.wait({self._ended}, timeout=LATE)
        for ended in done:
            ended.result()


async def _result(control: asyncio.StreamReader, seconds: float) -> Result:
    """The supervisor's report as a result. Raises SandboxError where there is none."""
    try:
        async with asyncio.timeout(seconds):
            size = int.from_bytes(await control.readexactly(4), "big")
            report: Report = marshal.loads(await control.readexactly(size))  # noqa: S302  our own process wrote it
    except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as error:
        raise SandboxError("the supervisor of a job ended or hung without a report") from error
    if report["failure"]:
        raise SandboxError(f"a job could not be set up: {report['failure']}")
    stdout, stderr = (report[key].decode(errors="replace") for key in ("stdout", "stderr"))
    return Result(report["ended"], report["code"], stdout, stderr, report["seconds"])
