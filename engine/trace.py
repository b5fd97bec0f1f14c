"""A script run in the sandbox and watched: what an author's recorders saw of it, process by process.

For probes whose submission is a program. The script runs as `python script.py`, or as several such
processes that find each other as under torchrun. Recorders are modules of the probe's author, installed in
each process before the script starts (the protocol: sandbox/watched/script.py). Since they share the process
with the script, what they tell is evidence and not proof: see engine/tampering.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sandbox.watched
from sandbox import Job, JobLimits, Sandbox, SandboxError, Session
from sandbox.texts import texts

Ended = Literal["exit", "signal", "timeout", "deadlock", "memory", "output", "killed"]
MARGIN = 20.0  # seconds beyond the script's own limit until the sandbox ends the whole job
MOST = 64 << 20  # bytes of all events and outputs together
MIB = 1 << 20
LIMITS = JobLimits(memory=6 << 30, processes=256, disk=512 * MIB)


@dataclass(frozen=True)
class Script:
    """What to run: `path` is one of `files`, which lie in the working folder.

    `watch` are the recorders by file name; watch.py is the one that is asked. `ranks` are the environments of
    the processes; where there are several, each has MASTER_ADDR and MASTER_PORT besides. `seconds` is wall
    time. `warm=False` asks for a fresh interpreter (CUDA needs one). `given` are modules among the files that
    are imported before the script, which then gets them as they are whatever it does to the files.
    """

    path: str
    arguments: tuple[str, ...]
    files: Mapping[str, bytes]
    watch: Mapping[str, bytes]
    ranks: tuple[Mapping[str, str], ...] = ({},)
    seconds: float = 60.0
    warm: bool = True
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """What a recorder noted. Nothing in `facts` is to be believed unchecked, nor to have any form."""

    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Process:
    """`code` is the exit code, minus the number of a signal, or None where it still ran at the end."""

    rank: int
    events: tuple[Event, ...]
    code: int | None
    stdout: str
    stderr: str

    def of(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """The facts of all events of this kind, in their order."""
        return tuple(event.facts for event in self.events if event.kind == kind)


@dataclass(frozen=True)
class Trace:
    """`ended` is "exit" where the script ended by itself, `deadlock` when no process worked any more.

    `files` maps what lay in the working folder at the end to its size in bytes.
    """

    processes: tuple[Process, ...]
    ended: Ended
    seconds: float
    files: Mapping[str, int] = field(default_factory=dict)


async def trace(sandbox: Sandbox, script: Script) -> Trace:
    """Run the script to its end or its limit.

    Raises SandboxError where the sandbox failed or will not do, RuntimeError where the recorders did.
    """
    events: list[list[Event]] = [[] for _ in script.ranks]
    limits = JobLimits(script.seconds + MARGIN, LIMITS.memory, LIMITS.processes, LIMITS.disk)
    job = Job(("python", "-m", "sandbox.watched.launcher"), _files(script), {}, limits, script.warm)
    async with sandbox.open(job) as session:
        try:
            await session.send(json.dumps(_order(script)).encode())
            last = await _listen(session, events)
        except (EOFError, ValueError, TypeError, KeyError, IndexError) as error:
            return await _cut_short(session, events, error)
    _check(last, events)
    return Trace(_processes(last["processes"], events), last["ended"], last["seconds"], last["files"])


def _check(last: Mapping[str, Any], events: list[list[Event]]) -> None:
    """Raise what kept the script from being run."""
    if "refused" in last:
        raise SandboxError(f"several processes cannot be run in this sandbox: {last['refused']}")
    unwatched = [event.facts["trace"] for each in events for event in each[:1] if event.kind == "not_watched"]
    for broken in (last.get("broken"), *unwatched):
        if broken:
            raise RuntimeError(f"the recorders failed: {broken}")


def _order(script: Script) -> dict[str, Any]:
    return {
        "script": script.path,
        "arguments": script.arguments,
        "given": script.given,
        "ranks": [dict(env) for env in script.ranks],
        "seconds": script.seconds,
    }


def _files(script: Script) -> dict[str, bytes]:
    """The launcher, the recorders, and the script's own folder."""
    files = texts(sandbox.watched) | {f"watchers/{name}": text for name, text in script.watch.items()}
    return files | {f"work/{name}": text for name, text in script.files.items()}


async def _listen(session: Session, events: list[list[Event]]) -> Mapping[str, Any]:
    """Take in events until the last frame, and give that."""
    left = MOST
    while True:
        frame = await session.receive(left)
        left -= len(frame)
        said = json.loads(frame)
        if "event" not in said:
            return dict(said)
        kind, facts = said["event"]
        events[said["rank"]].append(Event(str(kind), dict(facts)))


async def _cut_short(session: Session, events: list[list[Event]], error: Exception) -> Trace:
    """What there is of a job that ended, or talked nonsense, before the launcher had its last word."""
    if not isinstance(error, EOFError):
        return Trace(_processes([{}] * len(events), events), "output", 0.0)
    result = await session.wait()
    ended: Ended = "killed" if result.ended == "exit" else result.ended
    return Trace(_processes([{"stderr": result.stderr}] * len(events), events), ended, result.seconds)


def _processes(told: list[dict[str, Any]], events: list[list[Event]]) -> tuple[Process, ...]:
    return tuple(
        Process(rank, tuple(events[rank]), one.get("code"), one.get("stdout", ""), one.get("stderr", ""))
        for rank, one in enumerate(told)
    )
