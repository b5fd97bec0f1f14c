"""What YAML composes: everything that the runs of one experiment share."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.agent import Agent
from engine.errors import Refused
from engine.graders import rules
from engine.graders.judge import Judge
from engine.graders.probes import Probes
from engine.model import Model
from engine.rubric import Claim, Criterion, Gate, Measure
from engine.task import Task
from engine.threshold import Threshold
from engine.tool import Tool
from sandbox import Sandbox

LONGEST = 255  # bytes of a file's name
NO_KEY_NEEDED = "Without a model and a key: agent=replay grading=probe."


@dataclass(frozen=True)
class Plan:
    """The composition, which cannot be built from parts that do not go together: that raises Refused.

    `gates` are decided by `probes` in any case; of criteria, `probe` and `judge` are the graders, `judge`
    None and `use_probes` False where not asked for. `threshold.points` is a number. `models` are all
    models in use by role, to be closed at the end. `config` is the resolved YAML without secrets, `given`
    the files that the task starts from, `reference` what the judge is shown beside a submission.
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
    given: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    measures: Mapping[str, Measure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise Refused(problem)

    def _problems(self) -> Iterator[str]:
        yield from _counts({"runs": self.runs, "concurrency": self.concurrency})
        yield from _share("fail_under", self.fail_under)
        yield from _task(self.task)
        yield from _worth(self.criteria)
        for id in self.gates.keys() & self.criteria.keys():
            yield f"rubric.gates.{id}: this is also a criterion, and a record keeps one verdict for each name"
        yield from _threshold(self.threshold, sum(each.points for each in self.criteria.values()))
        claims: dict[str, Claim] = {f"rubric.gates.{id}": gate for id, gate in self.gates.items()}
        claims |= {f"rubric.criteria.{id}": criterion for id, criterion in self.criteria.items()}
        yield from _deciders(claims, self.probes)
        for id, measure in self.measures.items():
            if problem := self.probes.problem(measure.probe, "measure"):
                yield f"rubric.measures.{id}.probe={measure.probe}: {problem}"
        yield from self._grading(decided=any(each.by() for each in self.criteria.values()))
        if "agent" in self.models and not self.tools:
            yield "toolkit: there are no tools, so the model could never hand anything in"
        for role, model in self.models.items():
            if missing := model.missing():
                yield f"{role}.model: {missing}. {NO_KEY_NEEDED}"
        if "agent" in self.models:
            yield from self._money(self.models["agent"])

    def _money(self, model: Model) -> Iterator[str]:
        """What would spend it to no end."""
        if self.task.limits.cost is not None and not model.priced():
            yield (
                f"task.limits.cost={self.task.limits.cost:g}: what {model.id} costs is not known,"
                " so it cannot be limited; state agent.model.price, or limit tokens"
            )
        reach = sum(each.points for each in self.criteria.values() if each.by() or self.judge)
        if reach < points_to_pass(self.threshold, self.criteria):
            yield (
                f"grading=probe: what needs no judge is worth {reach:g} points, so no run could reach"
                f" threshold.points={self.threshold.points:g}; use grading=both, or lower threshold.points"
            )

    def _grading(self, decided: bool) -> Iterator[str]:
        if not self.judge and not self.use_probes:
            yield "grading: neither probe nor judge is true, so nothing would decide the criteria"
        if not self.judge and not decided:
            yield (
                "grading=probe: no criterion of the rubric has a probe, pattern, command or schema;"
                " use grading=judge"
            )
        if self.judge:
            yield from _counts({"judge.samples": self.judge.samples})
            if self.judge.criteria_per_call != "all":
                yield from _counts({"judge.criteria_per_call": self.judge.criteria_per_call})


def points_to_pass(threshold: Threshold, criteria: Mapping[str, Criterion]) -> float:
    """All points, where the threshold names none."""
    return sum(each.points for each in criteria.values()) if threshold.points is None else threshold.points


def _counts(values: Mapping[str, int]) -> Iterator[str]:
    for key, value in values.items():
        if value < 1:
            yield f"{key}={value}: this must be 1 or more"


def _share(key: str, value: float | None) -> Iterator[str]:
    if value is not None and not 0 <= value <= 1:
        yield f"{key}={value:g}: this must lie between 0 and 1"


def _task(task: Task) -> Iterator[str]:
    for name, limit in vars(task.limits).items():
        if limit is not None and not 0 < limit < math.inf:
            yield f"task.limits.{name}={limit:g}: this must be more than 0, or null for no limit"
    file = Path(task.submission)
    if any(len(os.fsencode(part)) > LONGEST for part in file.parts):
        yield f"task.submission={task.submission[:40]}...: a file's name has at most {LONGEST} bytes"
    if file.is_absolute() or ".." in file.parts or not file.name:
        yield f"task.submission={task.submission}: this must be the name of a file, not a place elsewhere"


def _worth(criteria: Mapping[str, Criterion]) -> Iterator[str]:
    if not criteria:
        yield "rubric.criteria: the rubric has no criteria, so there is nothing to grade"
    for id, criterion in criteria.items():
        if not 0 < criterion.points < math.inf:
            yield f"rubric.criteria.{id}.points={criterion.points:g}: points must be more than 0"


def _threshold(threshold: Threshold, most: float) -> Iterator[str]:
    low, high = threshold.band.low, threshold.band.high
    yield from _share("threshold.band.low", low)
    yield from _share("threshold.band.high", high)
    if low > high:
        yield f"threshold.band: low={low:g} lies above high={high:g}"
    points = most if threshold.points is None else threshold.points
    if not 0 < points <= most:
        yield (
            f"threshold.points={points:g}: out of reach; the criteria of the rubric sum to {most:g} points,"
            f" so this must be more than 0 and at most {most:g}"
        )


def _deciders(claims: Mapping[str, Claim], probes: Probes) -> Iterator[str]:
    """What is wrong with who is to decide each claim, by its key; a gate must have somebody."""
    for key, claim in claims.items():
        if problem := rules.problem(claim):
            yield f"{key}.{problem}"
        if isinstance(claim, Gate) and not claim.by():
            yield f"{key}: nothing decides this gate; give it a probe, pattern, command or schema"
    yield from _probes({key: claim.probe for key, claim in claims.items() if claim.probe}, probes)


def _probes(named: Mapping[str, str], probes: Probes) -> Iterator[str]:
    try:
        there = probes.names()
    except (OSError, UnicodeDecodeError) as error:
        yield f"task: {probes.folder}: a file here cannot be read as text: {error}"
        return
    for key, name in named.items():
        if name not in there:
            yield (
                f"{key}.probe={name}: there is no such probe in {probes.folder};"
                f" there are: {', '.join(there) or 'none'}"
            )
        elif problem := probes.problem(name):
            yield f"{key}.probe={name}: {probes.folder / name}.py cannot be loaded: {problem}"
