"""How the launches went: to their end, or how far."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from engine.trace import Process, Trace

from .finding import Facts, Finding, fails, who
from .launch import Launches

FOLLOWS = ("Connection closed by peer", "Connection reset by peer", "Broken pipe", "Gloo")


@dataclass(frozen=True)
class Course:
    """`cut`: a process stopped at an error or waited in vain, so that not all of the script was seen."""

    launches: Launches
    cut: bool
    trouble: Finding | None

    @classmethod
    def of(cls, launches: Launches) -> Course:
        found = [*_errors(launches), *_stops(launches)]
        troubles = [finding for finding, _ in found]
        meant = [own for _, own in found]
        return cls(launches, bool(found) and not all(meant), troubles[0] if troubles else None)


def _errors(launches: Launches) -> Iterator[tuple[Finding, bool]]:
    """Errors that ended a process, those that only follow from another's end last."""
    told = [each for trace, nodes in _traces(launches) for each in _of_trace(trace, nodes)]
    for facts, name in sorted(told, key=lambda each: _follows(each[0])):
        line = facts.get("line")
        line = line if isinstance(line, int) else None
        message = str(facts.get("message", "")).strip().splitlines()[-1:]
        yield fails(f"{name}: {' '.join(message)[:300]}", line), _raised(launches, line)


def _of_trace(trace: Trace, nodes: bool) -> Iterator[tuple[Facts, str]]:
    for process in trace.processes:
        for facts in process.of("ended"):
            if facts.get("how") == "error":
                yield facts, who(process, nodes)


def _follows(facts: Facts) -> bool:
    return any(word in str(facts.get("message")) for word in FOLLOWS)


def _raised(launches: Launches, line: int | None) -> bool:
    """Whether the script raised the error by a statement of its own."""
    tree = launches.source.tree
    return any(isinstance(node, ast.Raise | ast.Assert) and node.lineno == line for node in ast.walk(tree))


def _stops(launches: Launches) -> Iterator[tuple[Finding, bool]]:
    for trace, nodes in _traces(launches):
        where = "two nodes" if nodes else "one node"
        if trace.ended == "deadlock":
            yield fails(f"on {where} the ranks wait for each other for ever"), False
        elif trace.ended == "timeout":
            yield fails(f"on {where} it does not end within {trace.seconds:.0f} s"), False
        elif trace.ended != "exit":
            yield fails(f"on {where} it was ended: {trace.ended}"), True
        for process in trace.processes:
            if trace.ended == "exit" and process.code not in (0, 1):
                yield fails(f"{who(process, nodes)} ended with {process.code}"), True


def _traces(launches: Launches) -> tuple[tuple[Trace, bool], ...]:
    return (launches.node, False), (launches.nodes, True)


def each(launches: Launches) -> Iterator[tuple[Process, bool]]:
    """Every process, and whether it is one of two nodes."""
    for trace, nodes in _traces(launches):
        for process in trace.processes:
            yield process, nodes


def first_of_each(course: Course, kind: str) -> list[Facts]:
    """The first event of this kind of each process that tells of one."""
    return [facts for process, _ in each(course.launches) for facts in process.of(kind)[:1]]
