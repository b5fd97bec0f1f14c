"""The process group: how it is begun and ended."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.trace import Process

from .course import Course, each, first_of_each
from .finding import Facts, Finding, fails, line_of, passes, unclear, who
from .launch import local
from .live import Live
from .origins import last

DESTROY = "destroy_process_group"  # called, or handed to atexit


def distributed_init(course: Course, live: Live) -> Iterator[Finding]:
    begun = first_of_each(course, "init")
    if not begun:
        yield _by_syntax(live) if course.cut else fails("no process group is initialised")
    if len(begun) < len(course.launches.processes) and not course.cut:
        yield fails("not every process joins the process group")
    line = line_of(begun[0])
    yield from _backend(str(begun[0].get("backend")), line)
    yield from misplaced(course)
    yield from _unread(live, line)
    yield passes("nccl, and each process works on the device that LOCAL_RANK names", line)


def _backend(named: str, line: int | None) -> Iterator[Finding]:
    if named == "None":
        yield unclear("init_process_group names no backend", line)
    if "nccl" not in named.lower():
        yield fails(f"the backend asked for is {named}, not nccl", line)


def _unread(live: Live, line: int | None) -> Iterator[Finding]:
    words = {str(node.value).upper() for node in ast.walk(live.source.tree) if isinstance(node, ast.Constant)}
    if "LOCAL_RANK" not in words and not live.named("get_node_local_rank"):
        yield fails("LOCAL_RANK is never read: the device is chosen by something else", line)


def misplaced(course: Course) -> Iterator[Finding]:
    """Devices that are not those of LOCAL_RANK."""
    for process, nodes in each(course.launches):
        yield from _nowhere(course, process, nodes)
        own, used = local(process.rank, nodes), _used(process)
        foreign = [facts for facts in used if facts.get("index") != own]
        if foreign:
            rest = "too, not only on" if len(foreign) < len(used) else "and not on"
            reason = (
                f"{who(process, nodes)} works on cuda:{foreign[0].get('index')} {rest} cuda:{own}, its own"
            )
            yield fails(reason, line_of(foreign[0]))


def crowded(course: Course) -> Iterator[Finding]:
    """Devices with which no launch would end well: that are not there, or that two processes share."""
    for process, nodes in each(course.launches):
        yield from _nowhere(course, process, nodes)
    first, second = (
        {facts.get("index"): facts for facts in _used(one)} for one in course.launches.node.processes
    )
    for index in first.keys() & second.keys():
        yield fails(f"both ranks of one node work on cuda:{index}", line_of(first[index]))


def _nowhere(course: Course, process: Process, nodes: bool) -> Iterator[Finding]:
    named = process.of("device")
    if not named and not course.cut:
        yield fails(f"{who(process, nodes)} never works on a device")
    for facts in named:
        if not facts.get("there"):
            asked = f"{who(process, nodes)} asks for cuda:{facts.get('index')}"
            yield fails(f"{asked}, which its node does not have", line_of(facts))


def _used(process: Process) -> list[Facts]:
    return [facts for facts in process.of("device") if facts.get("how") != "init_process_group"]


def _by_syntax(live: Live) -> Finding:
    calls = live.named("init_process_group")
    if not calls:
        return fails("no process group is initialised")
    named = calls[0].keyword("backend") or next(iter(calls[0].node.args), None)
    if not isinstance(named, ast.Constant):
        return unclear("init_process_group is not reached, and its backend is not written out", calls[0].line)
    faults = (*_backend(str(named.value), calls[0].line), *_unread(live, calls[0].line))
    return next(iter(faults), unclear("init_process_group is not reached", calls[0].line))


def cleanup(course: Course, live: Live) -> Iterator[Finding]:
    processes = course.launches.processes
    if any(map(_early, processes)):
        yield fails("the process group is destroyed before the training has ended", _line(course))
    if all(process.of("destroyed") for process in processes):
        yield passes("every process destroys the process group", _line(course))
    if not first_of_each(course, "joined") and not course.cut:
        yield fails("there is no process group to destroy")
    yield _destroyed_as_written(course, live)


def _destroyed_as_written(course: Course, live: Live) -> Finding:
    calls = [call for call in live.calls if call.last == DESTROY or DESTROY in map(last, call.node.args)]
    if not calls:
        return fails("the process group is never destroyed")
    if all(call.by_rank() for call in calls):
        return fails("only some ranks destroy the process group", calls[0].line)
    if course.cut:
        return passes("the process group would be destroyed by every process at the end", calls[0].line)
    return fails("not every process destroys the process group", calls[0].line)


def _early(process: Process) -> bool:
    """Whether data are read for a training when the group is there no more."""
    kinds = [event.kind for event in process.events]
    after = kinds[::-1][: kinds[::-1].index("destroyed")] if "destroyed" in kinds else []
    return "batch" in after


def _line(course: Course) -> int | None:
    return line_of(first_of_each(course, "destroyed")[0])
