"""How the samples reach the processes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.trace import Process

from .course import Course, each
from .epochs import epochs
from .finding import Facts, Finding, fails, line_of, passes, unclear, who
from .launch import RANKS
from .live import Call, Live

SHUFFLE = "sampler option is mutually exclusive with shuffle"


def distributed_sampler(course: Course, live: Live) -> Iterator[Finding]:
    if course.trouble and SHUFFLE in course.trouble.reason:
        yield fails(
            "the loader is given shuffle=True beside the sampler, which it refuses", course.trouble.line
        )
    read = [
        (process, nodes, epoch.loader)
        for process, nodes in each(course.launches)
        for epoch in epochs(process)
    ]
    if not read:
        yield _by_syntax(live) if course.cut else fails("no loader is read")
    for process, nodes, loader in read:
        yield from _drawn(process, nodes, loader)
    yield passes("the loader draws from a DistributedSampler over all processes", line_of(read[0][2]))


def _drawn(process: Process, nodes: bool, loader: Facts) -> Iterator[Finding]:
    line = line_of(loader)
    if not loader.get("distributed"):
        yield fails(f"the loader draws from a {loader.get('sampler')}, not from a DistributedSampler", line)
    if (loader.get("num_replicas"), loader.get("rank")) != (RANKS, process.rank):
        told = f"replica {loader.get('rank')} of {loader.get('num_replicas')}"
        yield fails(f"{who(process, nodes)} draws as {told}, not as {process.rank} of {RANKS}", line)


def _by_syntax(live: Live) -> Finding:
    samplers = live.named("DistributedSampler")
    loaders = live.named("DataLoader")
    if not samplers:
        return fails("there is no DistributedSampler")
    handed = [call for call in loaders if call.keyword("sampler") is not None or len(call.node.args) > 3]
    if not handed:
        return fails("the sampler is not handed to the loader", samplers[0].line)
    shuffles = handed[0].keyword("shuffle")
    if isinstance(shuffles, ast.Constant) and shuffles.value is True:
        return fails("the loader is given shuffle=True beside the sampler, which it refuses", handed[0].line)
    if any(call.node.args[1:] or call.node.keywords for call in samplers if _fixed(call)):
        return unclear("the sampler is not reached, and its ranks are written as numbers", samplers[0].line)
    return passes("a DistributedSampler would be handed to the loader", handed[0].line)


def _fixed(call: Call) -> bool:
    told = [
        *call.node.args[1:3],
        *(each.value for each in call.node.keywords if each.arg in ("rank", "num_replicas")),
    ]
    return any(isinstance(value, ast.Constant) and value.value is not None for value in told)


def set_epoch(course: Course, live: Live) -> Iterator[Finding]:
    calls = live.named("set_epoch")
    if not calls:
        yield fails("set_epoch is never called")
    line = calls[0].line
    told = [[epoch.told for epoch in epochs(process)] for process, _ in each(course.launches)]
    for numbers in told:
        if None in numbers:
            yield fails("an epoch's data are read without set_epoch before it", line)
        if len(set(map(str, numbers))) < len(numbers):
            yield fails(f"set_epoch is given {numbers[-1]} in every epoch", line)
    if max(map(len, told)) > 1:
        yield passes("set_epoch is called in every epoch, before its data are read", line)
    if not course.cut:
        yield fails("set_epoch is not called in every epoch", line)
    yield _as_written(calls[0], live)


def _as_written(call: Call, live: Live) -> Finding:
    argument = call.node.args[0] if call.node.args else call.keyword("epoch")
    if isinstance(argument, ast.Constant):
        return fails(f"set_epoch is given {argument.value!r} in every epoch", call.line)
    if not live.in_loop(call):
        return fails("set_epoch is not called in the loop over the epochs", call.line)
    return passes("set_epoch would be called in every epoch", call.line)
