"""Processes that the engine starts for its sandboxes: supervisors, and the workers that fork supervisors."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

LAUNCHER = str(Path(__file__).parent / "supervisor" / "launcher.py")
DYING = 5.0  # seconds a supervisor may take to kill its job and clean up


async def launched(
    options: Sequence[str],
    role: str,
    descriptors: Sequence[int],
    more: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Process:
    """Start the launcher in a role, with these descriptors and this environment and nothing else of ours."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, *options, LAUNCHER, role, *map(str, descriptors), *more),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        pass_fds=descriptors,
        env=env or {},
        cwd="/",
        start_new_session=True,
    )


async def bury(process: Process) -> None:
    """Wait for the end of a process whose sockets are closed."""
    try:
        async with asyncio.timeout(DYING):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
