"""The self-test of a sandbox: it is attacked, and believed only as far as the attacks failed.

The same attacks also run with nothing stopping them: one that fails even then proves nothing. They are a few
of the suite in `sandbox.hostile`, quick enough to be tried whenever a sandbox is chosen.
"""

from __future__ import annotations

import asyncio

from sandbox.hostile.strike import strike
from sandbox.hostile.targets import targets
from sandbox.hostile.unhindered import Unhindered
from sandbox.job import Sandbox

# Those of one job do not get in each other's way. What ends a job comes last.
JOBS = (
    ("secret", "write", "connect", "path_socket", "environment", "kill", "memfd", "disk"),
    ("daemon", "processes"),
    ("memory",),
)


async def escapes(sandbox: Sandbox) -> set[str]:
    """The attacks that this sandbox does not hold. Raises SandboxError where it cannot run a job at all."""
    async with targets() as found:
        had = await asyncio.gather(*(strike(sandbox, names, found) for names in JOBS))
    return set().union(*had)


async def without() -> set[str]:
    """The attacks that work here with nothing stopping them."""
    return await escapes(Unhindered())
