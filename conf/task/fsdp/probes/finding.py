"""What is found of one criterion, and the events that it is found in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.source import Source
from engine.trace import Process
from engine.verdict import Decision, Verdict

Facts = Mapping[str, Any]
LONGEST = 500  # characters of a reason, which may quote what a process said


@dataclass(frozen=True)
class Finding:
    """A decision with its reason, and the line of the submission that it is about."""

    verdict: Decision
    reason: str
    line: int | None = None

    def told(self, source: Source) -> Verdict:
        return Verdict(self.verdict, self.reason[:LONGEST], source.evidence(self.line))


def passes(reason: str, line: int | None = None) -> Finding:
    return Finding("pass", reason, line)


def fails(reason: str, line: int | None = None) -> Finding:
    return Finding("fail", reason, line)


def unclear(reason: str, line: int | None = None) -> Finding:
    return Finding("unclear", reason, line)


def line_of(facts: Facts) -> int | None:
    """The innermost line of the script where an event was noted."""
    lines = facts.get("lines")
    return lines[0] if isinstance(lines, list) and lines and isinstance(lines[0], int) else None


def who(process: Process, nodes: bool) -> str:
    return f"rank {process.rank}" + (" of two nodes" if nodes else "")
