"""What types cannot say is checked when the plan is made."""

from __future__ import annotations

import math

import pytest

from engine.errors import Refused
from engine.graders.judge import Judge
from engine.plan import points_to_pass
from engine.rubric import Criterion
from engine.task import Limits, Task
from engine.threshold import Band, Threshold
from tests.doubles import CRITERIA, Answering, gate, plan, write_probe


class Keyless(Answering):
    """A model that this machine has no key for."""

    def __init__(self) -> None:
        super().__init__(lambda _: "")

    def missing(self) -> str | None:
        return "set TOY_API_KEY"


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
        ({"judge": None, "use_probes": True}, r"grading=probe: no criterion of the rubric names a probe"),
        ({"judge": Judge(Keyless(), samples=0)}, r"judge\.samples=0"),
        ({"judge": Judge(Keyless(), criteria_per_call=0)}, r"judge\.criteria_per_call=0"),
        ({"models": {"judge": Keyless()}}, r"judge\.model: set TOY_API_KEY\..*agent=replay grading=probe"),
        ({"task": task(limits=Limits(turns=0))}, r"task\.limits\.turns=0: .* null for no limit"),
        ({"task": task(limits=Limits(seconds=-1))}, r"task\.limits\.seconds=-1"),
        ({"task": task(submission="../x.py")}, r"task\.submission=\.\./x\.py"),
        ({"task": task(submission="/x.py")}, r"task\.submission=/x\.py"),
        ({"task": task(submission="")}, r"task\.submission="),
        ({"tools": {}}, r"toolkit: .*no tools"),
    ],
)
def test_parts_that_do_not_go_together(tmp_path, changes, message):
    """Each is refused with the key to change."""
    write_probe(tmp_path / "probes", "lines", "return {}")
    with pytest.raises(Refused, match=message):
        plan(tmp_path, **changes)


def test_a_threshold_without_points_asks_for_all():
    assert points_to_pass(Threshold(), CRITERIA) == 3.0
    assert points_to_pass(Threshold(points=2), CRITERIA) == 2.0


def test_a_judge_may_take_all_criteria_at_once(tmp_path):
    assert plan(tmp_path, judge=Judge(Keyless(), criteria_per_call="all")).judge
