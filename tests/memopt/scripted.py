"""A sandbox whose scripts are scripted: what a run tells is up to the test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.trace import Event, Process, Trace
from sandbox import Job, Result

Events = list[tuple[str, dict[str, Any]]]
SHAPES = [[8192, 4], [4]]
OTHER_SHAPES = [[8192, 2], [2]]


def training(
    rows: int = 10,
    epochs: int = 1,
    batch: int = 2,
    rate: float = 0.1,
    shapes: Sequence[Any] = SHAPES,
    asked: int | None = None,
    seed: int = 0,
    alike: float = 1.0,
) -> Events:
    """What is told of a plain training; `asked` is how many rows it should have had."""
    events: Events = [("expected", {"rows": list(range(rows if asked is None else asked)), "shapes": shapes})]
    for start in [*range(0, rows, batch)] * epochs:
        keys = list(range(start, min(start + batch, rows)))
        events += [
            ("loaded", {"rows": [keys, keys], "pinned": False, "lines": [3]}),
            ("backward", {"loss": 9.0, "carried": False, "lines": [5]}),
            ("rows", {"rows": keys, "lines": [4]}),
            ("compared", {"loss": 9.0, "alike": alike, "where": "head.weight", "sure": True}),
            ("step", {"lr": [rate], "pushed": True, "fused": False, "foreach": False, "lines": [6]}),
        ]
    end = {"shapes": shapes, "changed": len(shapes), "finite": True, "seed": seed}
    return [*events, ended(), ("end", end)]


def other_training() -> Events:
    """What the second run of the gate tells when all arguments are heeded."""
    return training(rows=12, epochs=2, batch=4, rate=0.00123, shapes=OTHER_SHAPES, seed=5)


def ended(how: str = "finished", **facts: Any) -> tuple[str, dict[str, Any]]:
    return ("ended", {"how": how, "code": 0, **facts})


def without(events: Events, kind: str) -> Events:
    return [event for event in events if event[0] != kind]


@dataclass
class Run:
    """One run as the launcher reports it."""

    events: Events = field(default_factory=training)
    code: int | None = 0
    stdout: str = "epoch 0: loss 9.0\nepoch 1: loss 8.9\n"
    stderr: str = ""
    ended: str = "exit"

    @property
    def trace(self) -> Trace:
        events = tuple(Event(kind, facts) for kind, facts in self.events)
        return Trace((Process(0, events, self.code, self.stdout, self.stderr),), self.ended, 1.0)


class Scripted:
    """Each job is answered by `choose`, which sees it and the arguments of the script."""

    name, level, sockets = "scripted", 3, True

    def __init__(self, choose: Callable[[Job, list[str]], Run]) -> None:
        self.choose = choose
        self.jobs: list[Job] = []

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[Telling]:
        self.jobs.append(job)
        yield Telling(lambda arguments: self.choose(job, arguments))

    async def check(self) -> None: ...

    async def close(self) -> None: ...


class Telling:
    """A job that tells its events, and then how it ended."""

    def __init__(self, choose: Callable[[list[str]], Run]) -> None:
        self.choose = choose
        self.frames: list[bytes] = []

    async def send(self, frame: bytes) -> None:
        run = self.choose(json.loads(frame)["arguments"])
        self.frames = [json.dumps({"rank": 0, "event": event}).encode() for event in run.events]
        process = {"code": run.code, "stdout": run.stdout, "stderr": run.stderr}
        last = {"ended": run.ended, "seconds": 1.0, "processes": [process], "files": {}}
        self.frames.append(json.dumps(last).encode())

    async def receive(self, most: int = 1 << 24) -> bytes:
        return self.frames.pop(0)

    async def wait(self) -> Result:
        return Result("exit", 0, "", "", 1.0)
