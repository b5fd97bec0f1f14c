"""What types cannot say is checked when the plan is made."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.errors import Refused
from engine.graders.judge import Judge
from engine.rubric import Criterion
from engine.task import Limits, Task
from engine.threshold import Band, Threshold
from tests.doubles import Answering, gate, plan, write_probe
from tests.engine import scored


class Keyless(Answering):
    """A model that this machine has no key for."""

    def __init__(self) -> None:
        super().__init__(lambda _: "")

    def missing(self) -> str | None:
        return "set TOY_API_KEY"


class Unpriced(Answering):
    """A model of which nobody knows what it costs."""

    def __init__(self) -> None:
        super().__init__(lambda _: "")

    def priced(self) -> bool:
        return False


class Thoughtless(Answering):
    """A model that cannot think at length."""

    def __init__(self) -> None:
        super().__init__(lambda _: "")

    def thinks(self) -> bool:
        return False


def task(**changes: object) -> Task:
    return Task(**{"name": "toy", "description": "a toy", **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"runs": 0}, r"runs=0: this must be 1 or more"),
        ({"concurrency": 0}, r"concurrency=0: this must be 1 or more"),
        ({"fail_under": 1.5}, r"fail_under=1\.5: this must lie between 0 and 1"),
        ({"fail_under": math.nan}, r"fail_under=nan"),
        ({"criteria": {}}, r"rubric\.criteria: the rubric has no criteria"),
        ({"criteria": {"a": Criterion("it is a", -1.0)}}, r"rubric\.criteria\.a\.points=-1: .*more than 0"),
        ({"criteria": {"a": Criterion("it is a", 0.0)}}, r"rubric\.criteria\.a\.points=0: .*more than 0"),
        ({"criteria": {"a": Criterion("it is a", math.inf)}}, r"rubric\.criteria\.a\.points=inf"),
        ({"criteria": {"a": Criterion("it is a", math.nan)}}, r"rubric\.criteria\.a\.points=nan"),
        ({"threshold": Threshold(points=4)}, r"threshold\.points=4: out of reach.*sum to 3 points"),
        ({"threshold": Threshold(points=0)}, r"threshold\.points=0"),
        ({"threshold": Threshold(points=math.nan)}, r"threshold\.points=nan"),
        ({"threshold": Threshold(band=Band(0.5, 0.4))}, r"threshold\.band: low=0\.5 lies above high=0\.4"),
        ({"threshold": Threshold(band=Band(-0.1, 0.4))}, r"threshold\.band\.low=-0\.1"),
        ({"threshold": Threshold(band=Band(0.1, 1.4))}, r"threshold\.band\.high=1\.4"),
        ({"gates": {"runs": gate("start")}}, r"rubric\.gates\.runs\.probe=start: .* there are: lines"),
        ({"criteria": {"a": Criterion("a", probe="lin")}}, r"criteria\.a\.probe=lin: .* there are: lines"),
        ({"gates": {"a": gate("lines")}}, r"rubric\.gates\.a: .*also a criterion"),
        ({"judge": None}, r"grading: neither probe nor judge"),
        (
            {"judge": None, "use_probes": True},
            r"grading=probe: no gate or criterion of the rubric has a probe, pattern",
        ),
        ({"judge": Judge(Keyless(), samples=0)}, r"judge\.samples=0"),
        ({"judge": Judge(Keyless(), criteria_per_call=0)}, r"judge\.criteria_per_call=0"),
        (
            {"judge": Judge()},
            r"judge: there is no model; choose one, as in judge\.model=sonnet, or judge=panel",
        ),
        (
            {"judge": Judge(Thoughtless(), extended_thinking=True)},
            r"judge\.extended_thinking=true: judge\.model answering cannot think .*=false",
        ),
        (
            {"judge": Judge(panel={"b": Keyless(), "a": Thoughtless()}, extended_thinking=True)},
            r"judge\.extended_thinking=true: judge\.panel\.a answering cannot think at length",
        ),
        (
            {"models": {"judge.model": Keyless()}},
            r"judge\.model: set TOY_API_KEY\..*agent=replay grading=probe",
        ),
        ({"task": task(limits=Limits(turns=0))}, r"task\.limits\.turns=0: .* null for no limit"),
        ({"task": task(limits=Limits(seconds=-1))}, r"task\.limits\.seconds=-1"),
        ({"task": task(submission="../x.py")}, r"task\.submission=\.\./x\.py"),
        ({"task": task(submission="/x.py")}, r"task\.submission=/x\.py"),
        ({"task": task(submission="")}, r"task\.submission="),
        ({"task": task(submission="x" * 300)}, r"task\.submission=x+\.\.\.: .* 255 bytes"),
        (
            {"task": task(limits=Limits(cost=1)), "models": {"agent.model": Unpriced()}},
            r"task\.limits\.cost=1: .*price",
        ),
        (
            {"gates": {"runs": gate("torn")}},
            r"gates\.runs\.probe=torn: .*torn\.py cannot be loaded: SyntaxError",
        ),
        (
            {"criteria": {"x": Criterion("x", probe="lost")}},
            r"x\.probe=lost: .*ModuleNotFoundError: .*nowhere",
        ),
        ({"tools": {}}, r"toolkit: .*no tools"),
    ],
)
def test_parts_that_do_not_go_together(tmp_path, changes, message):
    """Each is refused with the key to change."""
    write_probe(tmp_path / "probes", "lines", "return {}")
    write_probe(tmp_path / "probes", "torn", "return {")
    write_probe(tmp_path / "probes", "lost", "return {}\n\nimport nowhere")
    with pytest.raises(Refused, match=message):
        plan(tmp_path, **changes)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"prompt": "Use planted-123456."}, "its prompt"),
        ({"given": {"a.py": "KEY = 'planted-123456'"}}, "its given files"),
        ({"reference": "planted-123456"}, r"task\.reference"),
        ({"criteria": {"a": Criterion("It says planted-123456.")}}, "rubric"),
    ],
)
def test_no_secret_is_shown_to_a_model(tmp_path, monkeypatch, changes, what):
    """However it came in, by an interpolation or a file: refused, and not repeated."""
    assert plan(tmp_path, **changes).runs == 1
    monkeypatch.setenv("MY_API_KEY", "planted-123456")
    with pytest.raises(Refused, match=what) as refused:
        plan(tmp_path, **changes)
    assert "planted" not in str(refused.value)


def test_a_judge_may_take_all_criteria_at_once(tmp_path):
    assert plan(tmp_path, judge=Judge(Keyless(), criteria_per_call="all")).judge


def test_a_judge_that_cannot_think_at_length_need_not(tmp_path):
    """Nor need one that can; and an agent is not asked about it."""
    assert plan(tmp_path, judge=Judge(Thoughtless())).judge
    thinking = Judge(Keyless(), extended_thinking=True)
    assert plan(tmp_path, judge=thinking, models={"agent.model": Thoughtless()}).judge


IDEAS = {"rubric": scored.RUBRIC, "task": scored.TASK, "threshold": Threshold(points=6.5)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, r'^judge\.criteria_per_call=1: a judge ranks items by all criteria together, .* be "all"'),
        ({"judge": Judge(Keyless(), criteria_per_call=2)}, r"^judge\.criteria_per_call=2: "),
        ({"task": task(submission="ideas.md")}, r"^task\.submission=ideas\.md: .* a \.json file"),
    ],
)
def test_what_items_need(tmp_path, changes, message):
    """A document to read them from, and a judge that sees all criteria of them."""
    with pytest.raises(Refused, match=message):
        plan(tmp_path, **{**IDEAS, **changes})


def test_items_of_one_criterion_need_no_more(tmp_path):
    """All criteria are one then; and without a judge nobody ranks."""
    one = replace(scored.RUBRIC, criteria={"value": replace(scored.CRITERIA["value"], points=10.0)})
    assert plan(tmp_path, **{**IDEAS, "rubric": one}).rubric.items
    assert plan(tmp_path, **IDEAS, judge=Judge(Keyless(), criteria_per_call="all")).rubric.items


def half_probed(tmp_path, points, **changes):
    """One of three points is decided by a probe, and only probes decide."""
    write_probe(tmp_path / "probes", "lines", "return {}")
    criteria = {"a": Criterion("it is a", probe="lines"), "b": Criterion("it is b", 2.0)}
    threshold = Threshold(points=points)
    return plan(
        tmp_path, criteria=criteria, threshold=threshold, **{"judge": None, "use_probes": True, **changes}
    )


def test_a_model_is_not_paid_for_runs_that_cannot_pass(tmp_path):
    """The refusal says what would help; a replay costs nothing and may."""
    with pytest.raises(Refused, match=r"worth 1 points.*threshold\.points=3; use grading=both, or lower"):
        half_probed(tmp_path, 3)
    assert half_probed(tmp_path, 1).use_probes
    assert half_probed(tmp_path, 3, models={}).models == {}
    assert half_probed(tmp_path, 3, judge=Judge(Keyless()), models={}).judge


def test_probes_that_cannot_be_read(tmp_path):
    """A file that is no text, or leads nowhere, is named."""
    write_probe(tmp_path / "probes", "lines", "return {}")
    (tmp_path / "probes/old.py").write_bytes(b"# caf\xe9\n")
    with pytest.raises(Refused, match="cannot be read as text"):
        plan(tmp_path, gates={"runs": gate("lines")})
    (tmp_path / "probes/old.py").unlink()
    (tmp_path / "probes/old.py").symlink_to("nowhere")
    with pytest.raises(Refused, match=r"old\.py"):
        plan(tmp_path, gates={"runs": gate("lines")})
