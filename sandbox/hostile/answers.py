"""The ways in which this project reads what a job gives back, with their bounds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable

from sandbox import attacks, workspace
from sandbox.job import MIB, Job, JobLimits, Result, Sandbox, run
from sandbox.texts import texts

LONG, SHORT = JobLimits(seconds=20.0), JobLimits(seconds=1.0)
MOST = 16 * MIB  # bytes of a frame, unless its reader says otherwise


def job(name: str, argument: str = "", limits: JobLimits = LONG) -> Job:
    """One of the attacks in sandbox/attacks/results.py."""
    return Job(("python", "-m", "sandbox.attacks.results", name, argument), texts(attacks), limits=limits)


async def frame(sandbox: Sandbox, attack: Job) -> bytes:
    """The first frame of a job; empty where it was refused or never came."""
    async with sandbox.open(attack) as session:
        try:
            return await session.receive(MOST)
        except (EOFError, ValueError):
            return b""


async def both(sandbox: Sandbox, attack: Job) -> tuple[bytes, Result]:
    """The first frame of a job, how it ended and what it printed."""
    async with sandbox.open(attack) as session:
        return await session.receive(MOST), await session.wait()


async def printed(sandbox: Sandbox, program: str) -> str:
    """What a Python program says."""
    return (await run(sandbox, Job(("python", "-c", program), limits=LONG))).stdout


async def handed_in(sandbox: Sandbox, line: str) -> str:
    """What the file `result` is taken for that an agent's shell line has made; empty where it is refused."""
    server = Job(("python", "-m", "sandbox.workspace.server"), texts(workspace), limits=LONG)
    made = {"do": "shell", "line": line, "seconds": 5.0}
    read = {"do": "whole", "path": "result", "most": MIB}
    async with sandbox.open(server) as session:
        for request in (made, read):
            await session.send(json.dumps(request).encode())
            answer = json.loads(await session.receive())
    return str(answer.get("text", ""))


async def outlasts(reading: Awaitable[object], seconds: float) -> bool:
    """Whether whoever reads waits longer than this."""
    try:
        async with asyncio.timeout(seconds):
            await reading
    except TimeoutError:
        return True
    return False
