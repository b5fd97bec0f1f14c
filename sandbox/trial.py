"""The self-test of a sandbox: it is attacked, and believed only as far as the attacks failed.

The same attacks also run with nothing stopping them: one that fails even then proves nothing.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from sandbox import attacks
from sandbox.job import MIB, Job, JobLimits, Sandbox, run
from sandbox.targets import end, marked, targets

SOURCE = Path(attacks.__file__).read_bytes()
LIMITS = JobLimits(seconds=10.0, memory=64 * MIB, processes=16, disk=8 * MIB)
INSIDE = {"memfd": "", "disk": "8"}
CROWD = {"processes": "16", "daemon": ""}
HOG = {"memory": "64"}

Attacker = Callable[[dict[str, str], str], Awaitable[str]]


async def escapes(sandbox: Sandbox) -> set[str]:
    """The attacks that this sandbox does not hold. Raises SandboxError where it cannot run a job at all."""

    async def attacker(attack: dict[str, str], mark: str) -> str:
        program = ("python", "attacks.py", *_words(attack))
        return (await run(sandbox, Job(program, {"attacks.py": SOURCE}, {"MARK": mark}, LIMITS))).stdout

    return await _succeeded(attacker)


async def without() -> set[str]:
    """The attacks that work here with nothing stopping them."""
    return await _succeeded(_freely)


async def _succeeded(attacker: Attacker) -> set[str]:
    mark = secrets.token_hex(16)
    async with targets() as found:
        try:
            said = await asyncio.gather(
                attacker(found.arguments() | INSIDE, mark), attacker(CROWD, mark), attacker(HOG, mark)
            )
        finally:
            left = marked(mark)
            end(left)
        claimed = set("".join(said).split())
        return claimed - {"daemon", "kill"} | await found.hit(claimed) | ({"daemon"} if left else set())


async def _freely(attack: dict[str, str], mark: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", attacks.__file__, *_words(attack)),
            env={"MARK": mark},
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
        )
        return (await process.communicate())[0].decode()


def _words(attack: dict[str, str]) -> list[str]:
    return [word for pair in attack.items() for word in pair]
