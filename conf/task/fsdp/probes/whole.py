"""Whether the whole thing runs, trains, and keeps what it is told."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from statistics import fmean

from engine.trace import Process

from .arguments import heeded, shared
from .course import Course, each
from .data import distributed_sampler
from .epochs import epochs
from .finding import Facts, Finding, fails, line_of, passes, who
from .group import crowded
from .launch import LOSSES
from .learning import learns
from .live import Live

NEAR = 0.35  # of the mean loss of an epoch, which is about 9: other orders of the samples differ by 0.1
PRINTED = 0.06  # of that mean, which is computed in another type of number, and may be printed as 9.1
NUMBER = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?")


def overall_correctness(course: Course, live: Live) -> Iterator[Finding]:
    if course.trouble:
        yield course.trouble
    yield from crowded(course)
    yield from _faults(course, live)
    yield passes("it runs to its end on one node and on two, trains, and rank 0 alone reports")


def _faults(course: Course, live: Live) -> Iterator[Finding]:
    for check in (_moved, _trained, heeded, learns, _losses, _silent):
        for process, nodes in each(course.launches):
            yield from check(process, nodes)
    drawn = next(distributed_sampler(course, live)).verdict == "pass"
    for nodes in (False, True):
        yield from _equal(course, nodes)
        yield from _reported(course, nodes)
        if drawn:  # else it is charged there
            yield from shared(course.launches.of(nodes))


def _moved(process: Process, nodes: bool) -> Iterator[Finding]:
    """What a GPU would refuse."""
    hosts = any("gloo" in str(facts.get("backend")) for facts in process.of("init"))
    for facts in process.of("fault"):
        if hosts and facts.get("what") == "host collective":
            continue
        words = {
            "host tensor": f"{facts.get('how')} would fail: a tensor on the host meets one on the device",
            "host collective": f"{facts.get('how')} would fail: NCCL takes no tensor on the host",
            "model on host": "the model is not on its device when it is wrapped, nor is FSDP given device_id",
        }
        what = words.get(str(facts.get("what")), "a GPU would refuse this")
        yield fails(f"{who(process, nodes)}: {what}", line_of(facts))


def _trained(process: Process, nodes: bool) -> Iterator[Finding]:
    steps = process.of("step")
    if not steps or not process.of("backward"):
        yield fails(f"{who(process, nodes)} does not train: no step of an optimizer")
    elif _own(steps) and (fault := _idle(process)):
        yield fails(f"{who(process, nodes)} does not train: {fault}", line_of(steps[0]))
    if any(facts.get("carried") for facts in process.of("backward")):
        yield fails("gradients of earlier steps are never reset", line_of(process.of("backward")[0]))


def _own(steps: Sequence[Facts]) -> bool:
    """Whether the optimizer holds the model's parameters: others are charged where it is built."""
    return not steps[0].get("of") or all(facts.get("wrapped") == facts.get("params") for facts in steps)


def _idle(process: Process) -> str:
    """Why steps come to nothing."""
    weights = process.of("weights")
    if not weights or not weights[0].get("changed"):
        return "no weight changes"
    reached = any(facts.get("grads") for facts in process.of("step"))
    return "" if reached else "no gradient reaches the optimizer"


def _losses(process: Process, nodes: bool) -> Iterator[Finding]:
    means = _means(process)
    if process.of("step") and not means:
        yield fails(f"{who(process, nodes)} trains something else than the model of model.py")
    for mean, expected in zip(means, LOSSES, strict=False):
        if not math.isfinite(mean) or abs(mean - expected) > NEAR:
            reason = f"the mean loss of an epoch is {mean:.2f}, that of a single process {expected:.2f}"
            yield fails(f"{who(process, nodes)}: {reason}")


def _means(process: Process) -> list[float]:
    """The mean loss of each epoch."""
    return [fmean(epoch.losses) for epoch in epochs(process) if epoch.losses]


def _silent(process: Process, nodes: bool) -> Iterator[Finding]:
    said = process.stdout.strip() or (re.search(r"loss\W+\d", process.stderr) or [""])[0]
    if process.rank and said:
        yield fails(f"{who(process, nodes)} prints as well: {said.splitlines()[0][:80]}")


def _reported(course: Course, nodes: bool) -> Iterator[Finding]:
    """Rank 0 prints the mean of each epoch, over its own samples or over those of all."""
    first, *others = course.launches.of(nodes).processes
    own, rest = _means(first), [_means(process) for process in others]
    over_all = [fmean(means) for means in zip(own, *rest, strict=False)]
    numbers = [float(found) for found in NUMBER.findall(first.stdout + first.stderr)]
    for right in zip(own, over_all, strict=False):
        if not any(abs(number - mean) <= PRINTED for number in numbers for mean in right):
            yield fails(f"{who(first, nodes)} does not print the mean loss of each epoch")


def _equal(course: Course, nodes: bool) -> Iterator[Finding]:
    """Weights that are not sharded are the same everywhere; shards cannot but fit together."""
    processes = course.launches.of(nodes).processes
    if any(facts.get("sharded") for process in processes for facts in process.of("wrapped")):
        return
    totals = [float(facts["total"]) for process in processes for facts in process.of("weights")]
    if totals and max(totals) - min(totals) > 1e-3:
        yield fails("the ranks end with different weights")
