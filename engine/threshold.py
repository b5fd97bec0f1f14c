"""What a record needs to pass, and the target band of the pass rate over runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Band:
    """The pass rates that a task author aims at, ends included.

    Where runs are made until it is decided, a rate so near to an end as its slack may be called either way.
    """

    low: float = 0.10
    high: float = 0.40
    low_slack: float = 0.05
    high_slack: float = 0.10

    @property
    def low_zone(self) -> tuple[float, float] | None:
        """None where no rate lies below the band."""
        return (self.low - self.low_slack, self.low + self.low_slack) if self.low > 0 else None

    @property
    def high_zone(self) -> tuple[float, float] | None:
        """None where no rate lies above the band."""
        return (self.high - self.high_slack, self.high + self.high_slack) if self.high < 1 else None


def reaches(points: float, need: float) -> bool:
    """Whether points suffice; ten times 0.1 is 1, whatever the last binary place says."""
    return points >= need - 1e-9


@dataclass
class Threshold:
    """`points` a run must reach: a number, the name of a band of the rubric, None for all points.

    `band` is the target of the pass rate over runs.
    `failure` is what a run is called that stays below.
    """

    points: Any = None
    band: Band = field(default_factory=Band)
    failure: str = "below_threshold"
