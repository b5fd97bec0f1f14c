"""The criteria a submission is held to: each a claim, its points, and who decides it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING


@dataclass
class Criterion:
    """One claim about the submission.

    `holds` and `fails` tell a judge what makes the claim true and what does not suffice. `probe` names
    the file in the task's probes/ (without .py) that can decide it without a model.
    """

    claim: str = MISSING
    points: float = 1.0
    holds: str = ""
    fails: str = ""
    probe: str | None = None


@dataclass
class Gate:
    """A claim that must hold before any criterion is looked at. A probe decides it.

    `failure` is what a run is called whose gate failed, where the probe has no better word.
    """

    claim: str = MISSING
    probe: str = MISSING
    failure: str = "invalid_submission"


@dataclass
class Rubric:
    """Gates and criteria by id. Ids are keys, so that each can be changed from the command line."""

    description: str = ""
    gates: dict[str, Any] = field(default_factory=dict)
    criteria: dict[str, Any] = field(default_factory=dict)
