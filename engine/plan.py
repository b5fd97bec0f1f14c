"""What YAML composes: everything that the runs of one experiment share."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from engine import coherence
from engine.agent import Agent
from engine.budget import Budget
from engine.errors import Refused
from engine.graders import rules
from engine.graders.judge import Judge
from engine.graders.probes import Probes
from engine.model import Model
from engine.rubric import Claim, Gate, Rubric
from engine.secrets import scrubbed
from engine.task import Task
from engine.threshold import Threshold, reaches
from engine.tool import Tool
from engine.transcript import Role
from sandbox import Sandbox

LONGEST = 255  # bytes of a file's name
NO_KEY_NEEDED = "Without a model and a key: agent=replay grading=probe."


@dataclass(frozen=True)
class Plan:
    """The composition, which cannot be built from parts that do not go together: that raises Refused.

    Gates are decided by `probes` in any case; of criteria, `probe` and `judge` are the graders, `judge`
    None and `use_probes` False where not asked for. With `auto`, `runs` is how many there are at the most.
    `models` are all models in use by the key at which a config has them, to be closed at the end. `config`
    is the resolved YAML without secrets, `given` the files that the task starts from, `reference` what the
    judge is shown beside a submission. `assets` are digests of all that the task's files say. Replies to the
    roles in `cached` may come from the cache. `resumed`: `out` holds a part of this experiment already.
    `command` is how the engine was called, without overrides.
    """

    task: Task
    prompt: str
    rubric: Rubric
    threshold: Threshold
    agent: Agent
    tools: Mapping[str, Tool]
    probes: Probes
    judge: Judge | None
    use_probes: bool
    sandbox: Sandbox
    models: Mapping[str, Model]
    runs: int
    auto: bool
    concurrency: int
    verbose: bool
    fail_under: float | None
    out: Path
    config: str
    overrides: tuple[str, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    assets: Mapping[str, str] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    cached: Collection[Role] = ()
    max_failures: int = 5
    resumed: bool = False
    command: str = "python -m engine"

    def playing(self, role: str) -> Sequence[Model]:
        """The models of that role."""
        return [model for key, model in self.models.items() if key.partition(".")[0] == role]

    def ids(self, role: str) -> str | None:
        return " + ".join(model.id for model in self.playing(role)) or None

    def documents(self) -> Mapping[str, str]:
        """What the experiment is, for its folder: the texts by the names of their files."""
        items = "".join(f"- {json.dumps(item, ensure_ascii=False)}\n" for item in self.overrides)
        return {
            "config.yaml": self.config,
            "overrides.yaml": f"# {self.command}\n{items or '[]'}",
            "assets.json": json.dumps(self.assets, indent=2) + "\n",
        }

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise Refused(problem)

    def _problems(self) -> Iterator[str]:
        yield from _counts(
            {"runs": self.runs, "concurrency": self.concurrency, "max_failures": self.max_failures}
        )
        yield from self.budget.problems(self.models)
        yield from coherence.share("fail_under", self.fail_under)
        yield from _task(self.task)
        yield from self._secrets()
        yield from coherence.problems(self.rubric, self.threshold)
        if self.auto:
            yield from coherence.zones(self.threshold.band)
        claims: dict[str, Claim] = {f"rubric.gates.{id}": gate for id, gate in self.rubric.gates.items()}
        claims |= {f"rubric.criteria.{id}": one for id, one in self.rubric.criteria.items()}
        yield from _deciders(claims, self.probes)
        for id, measure in self.rubric.measures.items():
            if problem := self.probes.problem(measure.probe, "measure"):
                yield f"rubric.measures.{id}.probe={measure.probe}: {problem}"
        if self.rubric.items and not self.task.submission.endswith(".json"):
            yield f"task.submission={self.task.submission}: items are read from a .json file"
        yield from self._grading()
        if "agent.model" in self.models and not self.tools:
            yield "toolkit: there are no tools, so the model could never hand anything in"
        for key, model in self.models.items():
            if missing := model.missing():
                yield f"{key}: {missing}. {NO_KEY_NEEDED}"
        if "agent.model" in self.models:
            yield from self._money(self.models["agent.model"])

    def _secrets(self) -> Iterator[str]:
        """What a model is shown or a job is given must not hold any."""
        shown = {
            "task, its prompt": self.prompt,
            "task, its given files": self.given,
            "task.reference": self.reference,
            "rubric": asdict(self.rubric),
        }
        for what, content in shown.items():
            if scrubbed(content) != content:
                yield f"{what}: a model would read here what a secret variable of the environment holds"

    def _money(self, model: Model) -> Iterator[str]:
        """What would spend it to no end."""
        if self.task.limits.cost is not None and not model.priced():
            yield (
                f"task.limits.cost={self.task.limits.cost:g}: what {model.id} costs is not known,"
                " so it cannot be limited; state agent.model.price, or limit tokens"
            )
        judged = [one.points for one in self.rubric.criteria.values() if one.by() or self.judge]
        need = self.rubric.points if self.threshold.points is None else self.threshold.points
        if not reaches(sum(judged), need):
            yield (
                f"grading=probe: what needs no judge is worth {sum(judged):g} points, so no run could reach"
                f" threshold.points={need:g}; use grading=both, or lower threshold.points"
            )

    def _grading(self) -> Iterator[str]:
        if not self.judge:
            yield from self._unjudged()
            return
        if not self.judge.models:
            yield "judge: there is no model; choose one, as in judge.model=sonnet, or judge=panel"
        yield from _counts({"judge.samples": self.judge.samples})
        if self.judge.criteria_per_call != "all":
            yield from _counts({"judge.criteria_per_call": self.judge.criteria_per_call})
            if self.rubric.items and len(self.rubric.criteria) > 1:
                yield (
                    f"judge.criteria_per_call={self.judge.criteria_per_call}: a judge ranks items by all"
                    ' criteria together, so this must be "all"'
                )
        for key, model in self.judge.models.items():
            if self.judge.extended_thinking and not model.thinks():
                yield (
                    f"judge.extended_thinking=true: {key} {model.id} cannot think at length, or its YAML does"
                    " not say how (extended); choose another, or judge.extended_thinking=false"
                )

    def _unjudged(self) -> Iterator[str]:
        if not self.use_probes:
            yield "grading: neither probe nor judge is true, so nothing would decide the criteria"
        elif not self.rubric.gates and not any(each.by() for each in self.rubric.criteria.values()):
            yield (
                "grading=probe: no gate or criterion of the rubric has a probe, pattern, command or schema;"
                " use grading=judge"
            )


def _counts(values: Mapping[str, int]) -> Iterator[str]:
    for key, value in values.items():
        if value < 1:
            yield f"{key}={value}: this must be 1 or more"


def _task(task: Task) -> Iterator[str]:
    for name, limit in vars(task.limits).items():
        if limit is not None and not 0 < limit < math.inf:
            yield f"task.limits.{name}={limit:g}: this must be more than 0, or null for no limit"
    file = Path(task.submission)
    if any(len(os.fsencode(part)) > LONGEST for part in file.parts):
        yield f"task.submission={task.submission[:40]}...: a file's name has at most {LONGEST} bytes"
    if file.is_absolute() or ".." in file.parts or not file.name:
        yield f"task.submission={task.submission}: this must be the name of a file, not a place elsewhere"


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
