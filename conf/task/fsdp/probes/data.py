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

SAMPLER = "DistributedSampler"
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
    samplers = live.named(SAMPLER)
    loaders = live.named("DataLoader")
    if not samplers:
        return fails("there is no DistributedSampler")
    handed = [(call, value) for call in loaders if (value := _sampler(call)) is not None]
    if not handed:
        return fails("the sampler is not handed to the loader", samplers[0].line)
    loader, value = handed[0]
    shuffles = loader.keyword("shuffle")
    if isinstance(shuffles, ast.Constant) and shuffles.value is True:
        return fails("the loader is given shuffle=True beside the sampler, which it refuses", loader.line)
    if isinstance(value, ast.Constant):
        return fails(f"the loader is given sampler={value.value!r}", loader.line)
    return _handed(live, loader, value)


def _handed(live: Live, loader: Call, value: ast.expr) -> Finding:
    sampler = live.come_from(value, loader, SAMPLER)
    if not sampler:
        return unclear("what the loader is given is not seen to be a DistributedSampler", loader.line)
    if _fixed(sampler):
        return unclear("the sampler is not reached, and its ranks are written as numbers", sampler.lineno)
    return passes("a DistributedSampler would be handed to the loader", loader.line)


def _sampler(loader: Call) -> ast.expr | None:
    return loader.keyword("sampler") or next(iter(loader.node.args[3:4]), None)


def _fixed(call: ast.Call) -> bool:
    told = [
        *call.args[1:3],
        *(each.value for each in call.keywords if each.arg in ("rank", "num_replicas")),
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
    if argument is None or not live.origins.counts(argument, call.place.function):
        return unclear("set_epoch is not seen to be given the number of the epoch", call.line)
    samplers = [
        live.come_from(value, each, SAMPLER) for each in live.named("DataLoader") if (value := _sampler(each))
    ]
    told = live.come_from(call.node.func, call, SAMPLER)
    if told is None or told not in samplers:
        return unclear("set_epoch is not seen to be called on the sampler of the loader", call.line)
    return passes("set_epoch would be called in every epoch", call.line)
