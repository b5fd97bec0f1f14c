"""The process group: how it is begun and ended."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.trace import Process

from .course import Course, each
from .finding import Finding, fails, line_of, passes, unclear, who
from .live import Live


def distributed_init(course: Course, live: Live) -> Iterator[Finding]:
    begun = [process for process, _ in each(course.launches) if process.of("init")]
    if not begun:
        yield _by_syntax(live) if course.cut else fails("no process group is initialised")
    if len(begun) < len(course.launches.processes) and not course.cut:
        yield fails("not every process joins the process group")
    facts = begun[0].of("init")[0]
    backend, line = str(facts.get("backend")), line_of(facts)
    if backend == "None":
        yield unclear("init_process_group names no backend", line)
    if "nccl" not in backend.lower():
        yield fails(f"the backend asked for is {backend}, not nccl", line)
    yield from misplaced(course)
    if not reads_local_rank(live):
        yield fails("LOCAL_RANK is never read: the device is chosen by something else", line)
    yield passes("nccl, and each process works on the device that LOCAL_RANK names", line)


def misplaced(course: Course) -> Iterator[Finding]:
    """What is wrong with the devices that the processes name."""
    for process, nodes in each(course.launches):
        named = process.of("device")
        for facts in named:
            if not facts.get("there"):
                reason = (
                    f"{who(process, nodes)} asks for cuda:{facts.get('index')}, which its node does not have"
                )
                yield fails(reason, line_of(facts))
        used = {facts.get("index") for facts in named if facts.get("how") != "init_process_group"}
        local = 0 if nodes else process.rank
        if not named and not course.cut:
            yield fails(f"{who(process, nodes)} never works on a device")
        elif used and local not in used:
            reason = f"{who(process, nodes)} works on cuda:{min(used)}, not on cuda:{local}, its own"
            yield fails(reason, line_of(named[0]))
        elif used - {local}:
            other = next(facts for facts in named if facts.get("index") != local)
            reason = f"{who(process, nodes)} works on cuda:{other.get('index')} too, not only on its own"
            yield fails(reason, line_of(other))


def reads_local_rank(live: Live) -> bool:
    words = {node.value for node in ast.walk(live.source.tree) if isinstance(node, ast.Constant)}
    named = {node.attr for node in ast.walk(live.source.tree) if isinstance(node, ast.Attribute)}
    return any("LOCAL_RANK" in str(word) for word in words) or "get_node_local_rank" in named


def _by_syntax(live: Live) -> Finding:
    calls = live.named("init_process_group")
    if not calls:
        return fails("no process group is initialised")
    call = calls[0]
    backend = call.keyword("backend") or (call.node.args[0] if call.node.args else None)
    if not isinstance(backend, ast.Constant):
        return unclear("init_process_group is not reached, and its backend is not written out", call.line)
    if "nccl" not in str(backend.value):
        return fails(f"the backend asked for is {backend.value}, not nccl", call.line)
    if not reads_local_rank(live):
        return fails("LOCAL_RANK is never read: the device is chosen by something else", call.line)
    return unclear("init_process_group is not reached", call.line)


def cleanup(course: Course, live: Live) -> Iterator[Finding]:
    ended = [bool(process.of("destroyed")) for process, _ in each(course.launches)]
    joined = [bool(process.of("joined")) for process, _ in each(course.launches)]
    if any(map(_early, course.launches.processes)):
        yield fails("the process group is destroyed before the training has ended", _line(course))
    if all(ended):
        yield passes("every process destroys the process group", _line(course))
    if not any(joined) and not course.cut:
        yield fails("there is no process group to destroy")
    calls = live.named("destroy_process_group")
    if not calls:
        yield fails("the process group is never destroyed")
    line = calls[0].line
    if all(call.by_rank() for call in calls):
        yield fails("only some ranks destroy the process group", line)
    if course.cut:
        yield passes("the process group would be destroyed by every process at the end", line)
    yield fails("not every process destroys the process group", line)


def _early(process: Process) -> bool:
    """Whether data are read for a training when the group is there no more."""
    kinds = [event.kind for event in process.events]
    after = kinds[::-1][: kinds[::-1].index("destroyed")] if "destroyed" in kinds else []
    return "batch" in after


def _line(course: Course) -> int | None:
    return next(line_of(facts) for process in course.launches.processes for facts in process.of("destroyed"))
