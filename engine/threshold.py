"""What a record needs to pass, and the target band of the pass rate over runs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Band:
    """The pass rates that a task author aims at, ends included."""

    low: float = 0.10
    high: float = 0.40


@dataclass
class Threshold:
    """`points` a run must reach; `band` is the target of the pass rate over runs. None asks for all points.

    `failure` is what a run is called that stays below.
    """

    points: float | None = None
    band: Band = field(default_factory=Band)
    failure: str = "below_threshold"
