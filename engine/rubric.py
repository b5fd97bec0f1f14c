"""The criteria a submission is held to: each a claim, what it is worth, and who decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

from omegaconf import MISSING

from engine.threshold import reaches

# What a judge answers in any case, so that no remark can have this name.
RESERVED = ("criterion", "evidence", "reason", "verdict", "score")


@dataclass
class Command:
    """A shell line that is run beside the submission, and what must come of it.

    It must end within `seconds` with the exit code `code`; `output` is a regular expression that its
    standard output must match somewhere, None where that does not matter.
    """

    run: str = MISSING
    seconds: float = 30.0
    code: int = 0
    output: str | None = None


@dataclass
class Claim:
    """What may be true of a submission, and who can decide it without a model: at most one of these.

    `probe` names a file in the task's probes/ (without .py). `pattern` is a regular expression that must
    match the submission's code, comments and strings left out, or its text where it is no Python. `command`
    is a `Command`, or its `run` alone. `schema` is a JSON Schema that the submission must fit.
    """

    claim: str = MISSING
    _: KW_ONLY
    probe: str | None = None
    pattern: str | None = None
    command: Any = None
    schema: Any = None

    def by(self) -> Mapping[str, Any]:
        """Those that are given."""
        names = ("probe", "pattern", "command", "schema")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


@dataclass
class Scale:
    """The whole numbers from `low` to `high`. From 0 to 1 it is pass or fail."""

    low: int = 0
    high: int = 1

    @property
    def pass_fail(self) -> bool:
        return (self.low, self.high) == (0, 1)


@dataclass
class Criterion(Claim):
    """A claim with what it is worth: `points` at the top of its scale, or a `weight` in the whole.

    `holds` and `fails` tell a judge what makes it true and what does not, `anchors` what some scores on its
    scale mean. It counts as met from the score `passes` on; None is the top of the scale. In YAML `scale` may
    be left to the rubric and `passes` to the threshold, and a weight becomes points.
    """

    points: float = 1.0
    weight: float | None = None
    scale: Scale = field(default_factory=Scale)
    anchors: dict[int, str] = field(default_factory=dict)
    passes: float | None = None
    holds: str = ""
    fails: str = ""

    def earned(self, score: float) -> float:
        """The points that a score is worth: all of them at the top of the scale, in proportion below."""
        return self.points * score / self.scale.high

    def decision(self, score: float) -> Literal["pass", "fail"]:
        met = reaches(score, self.scale.high if self.passes is None else self.passes)
        return "pass" if met else "fail"


@dataclass
class Gate(Claim):
    """A claim that must hold before any criterion is looked at. It is never a model that decides it.

    `failure` is what a run is called whose gate failed, where whoever decided it has no better word.
    """

    failure: str = "invalid_submission"


@dataclass
class Measure:
    """Something that is counted and kept beside the verdicts, and bears on none of them.

    `probe` names a file in the task's probes/ (without .py), which defines `measure`.
    """

    probe: str = MISSING
    description: str = ""


@dataclass
class Items:
    """What each criterion is applied to, one by one: the entries of a list in a JSON document.

    `field` is the document's key of that list, `title` the key by which an entry is called. From `min` to
    `max` of them are accepted.
    """

    field: str = MISSING
    title: str = "title"
    min: int = 1
    max: int = 20


@dataclass
class Rubric:
    """Gates, criteria and measures by id. Ids are keys, so that each can be changed from the command line.

    `scale` is that of criteria without one of their own. Weights make 1, or are made to with `normalise`.
    Without `items` the submission as a whole is judged. `bands` name, by its lower bound in points, what a
    submission comes to. A judge is told `guidance`, and lists `remarks` beside each verdict: id -> what.
    """

    description: str = ""
    guidance: str = ""
    scale: Scale = field(default_factory=Scale)
    normalise: bool = False
    items: Any = None  # Items, or None
    bands: dict[str, Any] = field(default_factory=dict)
    remarks: dict[str, Any] = field(default_factory=dict)
    gates: dict[str, Any] = field(default_factory=dict)
    criteria: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """All that can be earned."""
        return float(sum(criterion.points for criterion in self.criteria.values()))

    @property
    def floor(self) -> float:
        """What is earned at the bottom of every scale."""
        return float(sum(criterion.earned(criterion.scale.low) for criterion in self.criteria.values()))

    def band(self, points: float) -> str | None:
        """The highest band whose bound is reached, if the rubric has bands."""
        reached = [name for name, bound in self.bands.items() if reaches(points, bound)]
        return max(reached, key=self.bands.__getitem__, default=None)
