"""What YAML composes: everything that the runs of one experiment share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.agent import Agent
from engine.graders.judge import Judge
from engine.graders.probes import Probes
from engine.model import Model
from engine.rubric import Criterion, Gate
from engine.task import Task
from engine.threshold import Threshold
from engine.tool import Tool
from sandbox import Sandbox


@dataclass(frozen=True)
class Plan:
    """The composition. `probe` and `judge` are the graders of criteria, None where not asked for.

    `gates` are decided by `probes` in any case. `points` is the least to pass. `models` are all models
    in use, to be closed at the end. `config` is the resolved YAML without secrets.
    """

    task: Task
    prompt: str
    gates: Mapping[str, Gate]
    criteria: Mapping[str, Criterion]
    threshold: Threshold
    agent: Agent
    tools: Mapping[str, Tool]
    probes: Probes
    judge: Judge | None
    use_probes: bool
    sandbox: Sandbox
    models: Mapping[str, Model]
    runs: int
    concurrency: int
    verbose: bool
    fail_under: float | None
    out: Path
    config: str
    overrides: tuple[str, ...]
