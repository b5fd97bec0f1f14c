"""Launches that are scripted: what the processes of a submission tell is up to the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.source import Source
from engine.trace import Event, Process, Trace
from tests.fsdp.parts import part

Events = list[tuple[str, dict[str, Any]]]
Change = Callable[[int, bool, Events], Events]

REFERENCE = (Path(__file__).parents[2] / "conf/task/fsdp/specimens/reference.py").read_text(encoding="utf-8")
launch, policy = part("launch"), part("policy")
PARAMS = {"params": 5, "wrapped": 5, "of": 5}
WRITTEN = {"size": 9, "whole": True, "lines": [68]}
ROWS = [*range(launch.SAMPLES - 1), launch.ROWS - sum(range(launch.SAMPLES - 1))]  # as many, with that sum
LOADER = {"loader": 1, "of": 2, "distributed": True, "sampler": "DistributedSampler", "lines": [49]}


def conversion(rank: int, nodes: bool) -> Events:
    """What a right conversion tells in one of its processes; `nodes`: on the second of two launches."""
    local = launch.local(rank, nodes)
    events: Events = [
        ("device", {"index": local, "how": "set_device", "chosen": True, "there": True, "lines": [75]}),
        ("init", {"backend": "nccl", "current": local, "lines": [76]}),
        ("joined", {"rank": rank, "world": 2}),
        ("wrapping", {"policy": "lambda", "model": True, "sized": True, "lines": [42]}),
        (
            "wrapped",
            {"units": ["TransformerBlock"], "sharded": True, "lambdas": 1, "answers": dict(policy.EXPECTED)},
        ),
        ("called", {"lines": [52]}),
        ("optimizer", {"after": True, **PARAMS, "lr": launch.LR, "lines": [80]}),
    ]
    for epoch in range(launch.EPOCHS):
        events += reading(rank, epoch)
        events += [("state_dict", gathering()), ("gathered", {"size": 9})]
        if rank == 0:
            events.append(("saved", {"where": f"ckpt/epoch_{epoch}.pt", **WRITTEN}))
    return [
        *events,
        ("destroyed", {"lines": [90]}),
        ("ended", {"how": "finished", "code": 0}),
        ("weights", {"changed": 5, "of": 5, "total": 1.0}),
    ]


def reading(rank: int, epoch: int) -> Events:
    """An epoch of the training."""
    events: Events = [
        ("set_epoch", {"of": 2, "epoch": epoch, "lines": [86]}),
        ("epoch", {**LOADER, "num_replicas": 2, "rank": rank}),
    ]
    own = ROWS[rank * 12 : rank * 12 + 12]
    for start in range(0, 12, launch.BATCH):
        rows = own[::-1][start : start + launch.BATCH] if epoch else own[start : start + launch.BATCH]
        events += [
            ("batch", {"loader": 1, "rows": rows, "beside": []}),
            ("forward", {"loss": launch.LOSSES[epoch], "rows": rows, "lines": [52]}),
            ("asked", {"right": 1.0}),
            ("backward", {"carried": False, "lines": [55]}),
            ("step", {**PARAMS, "lr": launch.LR, "grads": True, "lines": [56]}),
        ]
    return events


def gathering() -> dict[str, Any]:
    return {"type": "FULL_STATE_DICT", "offload": True, "rank0": True, "root": True, "lines": [65]}


def same(rank: int, nodes: bool, events: Events) -> Events:
    return events


def without(*kinds: str) -> Change:
    """Nobody tells of these."""
    return lambda rank, nodes, events: [event for event in events if event[0] not in kinds]


def until(kind: str) -> Change:
    """Every process ends with an error before this."""

    def cut(rank: int, nodes: bool, events: Events) -> Events:
        at = next((at for at, event in enumerate(events) if event[0] == kind), len(events))
        return [*events[:at], ("ended", {"how": "error", "code": 1, "message": "E: it broke", "line": 3})]

    return cut


def telling(kind: str, on: Callable[[int, bool], bool] = lambda rank, nodes: True, **facts: Any) -> Change:
    """Of this kind each says something else, in the processes that are meant."""

    def change(rank: int, nodes: bool, events: Events) -> Events:
        if not on(rank, nodes):
            return events
        return [(name, old | facts if name == kind else old) for name, old in events]

    return change


def launches(
    change: Change = same,
    text: str = REFERENCE,
    ended: str = "exit",
    files: Mapping[str, int] = MappingProxyType({}),
    **process: Any,
) -> Any:
    """Both launches of a right conversion, but for that change."""
    traces = []
    for nodes in (False, True):
        processes = (replace(_process(rank, nodes, change), **process) for rank in (0, 1))
        traces.append(Trace(tuple(processes), ended, 1.0, files))
    return launch.Launches(Source("train_fsdp.py", text), *traces)


def _process(rank: int, nodes: bool, change: Change) -> Process:
    events = tuple(Event(kind, facts) for kind, facts in change(rank, nodes, conversion(rank, nodes)))
    said = "".join(f"epoch {epoch}: loss {loss:.4f}\n" for epoch, loss in enumerate(launch.LOSSES))
    return Process(rank, events, 0, "" if rank else said, "")


def findings(change: Change = same, only: str = "", **others: Any) -> dict[str, Any]:
    """What is found in these launches, of each criterion or of one."""
    both = launches(change, **others)
    live, course = _live(both.source), part("course").Course.of(both)
    criteria = part("conversion").CRITERIA
    return {
        name: part("conversion")._decided(criteria[name], course, live)
        for name in ([only] if only else criteria)
    }


def found(criterion: str, change: Change = same, **others: Any) -> Any:
    return findings(change, criterion, **others)[criterion]


@cache
def _live(source: Source) -> Any:
    return part("live").Live(source)
