"""What an experiment says of a criterion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """`values` are the values of the graph that the reason speaks of."""

    verdict: str
    reason: str
    values: tuple[int, ...] = ()

    def doubted(self, reason: str) -> Finding:
        """A pass that something else takes the ground from is none."""
        return Finding("unclear", reason, self.values) if self.verdict == "pass" else self

    def plain(self, places: dict[int, int]) -> dict[str, Any]:
        """As data, each value by the number of its place in the source."""
        cited = dict.fromkeys(places[value] for value in self.values if value in places)
        return {"verdict": self.verdict, "reason": self.reason, "places": list(cited)}


def passed(reason: str, *values: int) -> Finding:
    return Finding("pass", reason, values)


def failed(reason: str, *values: int) -> Finding:
    return Finding("fail", reason, values)


def unclear(reason: str, *values: int) -> Finding:
    return Finding("unclear", reason, values)


def best(findings: Iterable[Finding]) -> Finding:
    """Of several memories one that passes suffices; all must fail for a fail. Stops where it is decided."""
    seen = []
    for finding in findings:
        if finding.verdict == "pass":
            return finding
        seen.append(finding)
    return next((finding for finding in seen if finding.verdict == "unclear"), seen[0])
