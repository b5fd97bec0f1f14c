"""The criteria a submission is held to: each a claim, its points, and who decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from omegaconf import MISSING


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
class Criterion(Claim):
    """A claim with its points. `holds` and `fails` tell a judge what makes it true and what does not."""

    points: float = 1.0
    holds: str = ""
    fails: str = ""


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
class Rubric:
    """Gates, criteria and measures by id. Ids are keys, so that each can be changed from the command line."""

    description: str = ""
    gates: dict[str, Any] = field(default_factory=dict)
    criteria: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)
