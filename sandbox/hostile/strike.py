"""A job that attacks, tried and looked at."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Sequence

from sandbox import attacks
from sandbox.hostile.proofs import AFTER, LIMITS, SEEN
from sandbox.hostile.scene import Scene, end, marked
from sandbox.hostile.targets import Targets
from sandbox.job import MIB, Job, Result, Sandbox, Session
from sandbox.texts import texts

MOST = {
    **dict.fromkeys(("processes", "threads"), LIMITS.processes),
    **dict.fromkeys(("disk", "big_file"), LIMITS.disk // MIB),
    **dict.fromkeys(("output", "errors"), LIMITS.output // MIB),
    "memory": LIMITS.memory // MIB,
}
STOPPED = ("memory", "output", "killed")  # how a sandbox ends these, which may be the last of a job only
PATIENCE = LIMITS.seconds + 20.0
BOMBS = ("processes", "threads", "memory", "output", "errors")


class Untried(Exception):
    """An attack did not come to its end, so that nothing follows from it."""


async def strike(sandbox: Sandbox, names: Sequence[str], targets: Targets) -> set[str]:
    """Which of these attacks have their effect when one job tries them all.

    Raises SandboxError where no job can be run, Untried where it did not come to its end.
    """
    mark = secrets.token_hex(7)  # a process's name has no room for more
    try:
        async with asyncio.timeout(PATIENCE):
            return await _struck(sandbox, names, targets, mark)
    except TimeoutError as error:
        raise Untried("it came to no end") from error
    finally:
        end(marked(mark))


async def _struck(sandbox: Sandbox, names: Sequence[str], targets: Targets, mark: str) -> set[str]:
    async with sandbox.open(_job(names, targets, mark)) as session:
        scene = await _tried(session, targets, mark)
        seen = {name for name in names if scene and name in SEEN and SEEN[name](scene)}
        with contextlib.suppress(EOFError):
            await session.send(b"")
        result = await session.wait()
    if scene is None and not (result.ended in STOPPED and names[-1] in BOMBS):
        raise Untried(_last_words(result))
    left = marked(mark)
    return seen | {name for name in names if name in AFTER and AFTER[name](result, left)}


def _job(names: Sequence[str], targets: Targets, mark: str) -> Job:
    arguments = {name: str(most) for name, most in MOST.items()} | targets.arguments()
    words = [word for name in names for word in (name, arguments.get(name, ""))]
    return Job(("python", "-m", "sandbox.attacks", mark, *words), texts(attacks), limits=LIMITS)


async def _tried(session: Session, targets: Targets, mark: str) -> Scene | None:
    """What is to be seen when the job has tried everything; None where it was stopped before."""
    try:
        said = json.loads(await session.receive())
    except EOFError:
        return None
    scene = Scene(targets, {name: bytes.fromhex(text) for name, text in said.items()}, marked(mark))
    if not scene.opened():
        raise Untried("its processes cannot be looked at from outside")
    return scene


def _last_words(result: Result) -> str:
    return f"it ended by {result.ended} ({result.code}): {result.stderr[-300:]}"
