"""Whether rubric and threshold make sense: each problem by its key."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.coherence import problems, scales, share
from engine.rubric import Criterion, Gate, Items, Rubric, Scale
from engine.threshold import Band, Threshold

TEN = Scale(1, 10)
CRITERION = Criterion("it is", 6.0, scale=TEN, passes=6.5, anchors={1: "nothing", 10: "all"})
RUBRIC = Rubric(
    criteria={"a": CRITERION, "b": replace(CRITERION, points=4.0)},
    gates={"parts": Gate("it has them", probe="parts")},
    items=Items("ideas", min=3, max=5),
    bands={"POOR": 1.0, "GOOD": 6.5},
    remarks={"risks": "what may go wrong"},
)
THRESHOLD = Threshold(points=6.5)


def first(rubric: Rubric = RUBRIC, threshold: Threshold = THRESHOLD) -> str:
    return next(problems(rubric, threshold), "")


@pytest.mark.parametrize(
    "rubric",
    [
        RUBRIC,
        replace(RUBRIC, bands={}, items=None, remarks={}),
        replace(RUBRIC, items=Items("ideas", min=1, max=1)),
        replace(RUBRIC, bands={"POOR": 0.0, "BEST": 10.0}),
        replace(RUBRIC, criteria={"a": replace(CRITERION, points=10.0, passes=10)}),
        Rubric(criteria={"a": Criterion("it is", 10.0)}),
        Rubric(criteria={"a": Criterion("it is", 10.0, scale=Scale(0, 3), passes=0.5)}),
    ],
)
def test_what_makes_sense(rubric):
    """Nothing is said against it, ends of ranges included."""
    assert list(problems(rubric, THRESHOLD)) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"points": 0.0}, "points=0: points must be more than 0"),
        ({"points": -1.0}, "points=-1: "),
        ({"points": math.inf}, "points=inf: "),
        ({"points": math.nan}, "points=nan: "),
        ({"scale": Scale(5, 5)}, "scale: low=5, high=5: this must go up, from 0 or more"),
        ({"scale": Scale(10, 1)}, "scale: low=10, high=1: "),
        ({"scale": Scale(-1, 10)}, "scale: low=-1, high=10: "),
        ({"anchors": {0: "nothing"}}, "anchors.0: this lies outside of the scale, 1 to 10"),
        ({"anchors": {11: "more"}}, "anchors.11: this lies outside of the scale, 1 to 10"),
        ({"anchors": {4: " "}}, "anchors.4: this must say what the score means"),
        ({"passes": 1.0}, "passes=1: this must lie above 1 and at most at 10"),
        ({"passes": 10.5}, "passes=10.5: this must lie above 1 and at most at 10"),
        ({"passes": math.nan}, "passes=nan: "),
    ],
)
def test_a_criterion_that_makes_no_sense(changes, problem):
    """Under its key, whichever of them it is."""
    rubric = replace(RUBRIC, criteria={"a": CRITERION, "b": replace(CRITERION, **changes)}, bands={})
    assert first(rubric).startswith(f"rubric.criteria.b.{problem}")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"criteria": {}}, "rubric.criteria: the rubric has no criteria"),
        ({"gates": {"b": Gate("it is")}}, "rubric.gates.b: this is also a criterion"),
        ({"remarks": {"score": "x"}}, "rubric.remarks.score: this must say in words"),
        ({"remarks": {"evidence": "x"}}, "rubric.remarks.evidence: "),
        ({"remarks": {"risks": " "}}, "rubric.remarks.risks: this must say in words"),
        ({"remarks": {"risks": None}}, "rubric.remarks.risks: "),
        ({"remarks": {"risks": ["x"]}}, "rubric.remarks.risks: "),
        ({"items": Items("ideas", min=0)}, "rubric.items: min=0 and max=20: at least 1"),
        ({"items": Items("ideas", min=5, max=3)}, "rubric.items: min=5 and max=3: "),
        (
            {"bands": {"GOOD": 6.5, "FAIR": 2.0}},
            "rubric.bands: what comes to less than FAIR has no band; let one begin at 1",
        ),
        (
            {"bands": {"POOR": 1.0, "BEST": 10.5}},
            "rubric.bands.BEST=10.5: out of reach; all that can be had is 10",
        ),
        (
            {"bands": {"POOR": 1.0, "GOOD": 6.5, "FINE": 6.5}},
            "rubric.bands.GOOD=6.5: another band begins there too",
        ),
    ],
)
def test_a_rubric_that_makes_no_sense(changes, problem):
    """Each part by its own key."""
    assert first(replace(RUBRIC, **changes)).startswith(problem)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"points": 0.0},
            "threshold.points=0: out of reach, or always reached; the criteria of the rubric sum to 10",
        ),
        ({"points": -1.0}, "threshold.points=-1: "),
        ({"points": 10.5}, "threshold.points=10.5: out of reach"),
        ({"points": math.nan}, "threshold.points=nan: "),
        ({"band": Band(0.5, 0.4)}, "threshold.band: low=0.5 lies above high=0.4"),
        ({"band": Band(-0.1, 0.4)}, "threshold.band.low=-0.1: this must lie between 0 and 1"),
        ({"band": Band(0.1, 1.4)}, "threshold.band.high=1.4: this must lie between 0 and 1"),
    ],
)
def test_a_threshold_that_makes_no_sense(changes, problem):
    """It must be within reach, and its band one of pass rates."""
    assert first(threshold=replace(THRESHOLD, **changes)).startswith(problem)


def test_all_points_are_within_reach():
    """Also where they are tenths that do not add up exactly, and where none are stated."""
    tenths = Rubric(criteria={str(number): Criterion("it is", 0.1) for number in range(3)})
    assert list(problems(tenths, Threshold(points=0.3))) == []
    assert list(problems(tenths, Threshold())) == []


def test_the_floor_of_scales_is_weighed():
    """6 points on 1 to 10 and 4 on 0 to 4 come to no less than 0.6: a band has to begin there."""
    rubric = Rubric(criteria={"a": CRITERION, "b": Criterion("it is", 4.0, scale=Scale(0, 4))})
    said = first(replace(rubric, bands={"POOR": 1.0}))
    assert said == "rubric.bands: what comes to less than POOR has no band; let one begin at 0.6"
    assert first(replace(rubric, bands={"POOR": 0.6})) == ""


def test_all_problems_are_found():
    """One does not hide another."""
    rubric = replace(
        RUBRIC, criteria={"a": replace(CRITERION, points=0.0, passes=11)}, items=Items("i", min=0)
    )
    keys = [problem.split("=")[0].split(":")[0] for problem in problems(rubric, Threshold(points=99))]
    assert keys[:2] == ["rubric.criteria.a.points", "threshold.points"]
    assert keys[2:4] == ["rubric.criteria.a.passes", "rubric.items"]


@pytest.mark.parametrize(
    ("value", "fine"), [(None, True), (0, True), (1, True), (1.01, False), (-0.1, False)]
)
def test_a_share(value, fine):
    """None is no share at all, and both ends are shares."""
    assert (list(share("fail_under", value)) == []) is fine


def test_scales_alone():
    """All that do not go up, whatever else is wrong."""
    said = replace(CRITERION, points=-1.0, passes=99, anchors={99: ""})
    rubric = Rubric(
        criteria={"a": said, "b": replace(said, scale=Scale(1, 0)), "c": replace(said, scale=Scale(2, 2))}
    )
    assert [problem.split(": ")[:2] for problem in scales(rubric)] == [
        ["rubric.criteria.b.scale", "low=1, high=0"],
        ["rubric.criteria.c.scale", "low=2, high=2"],
    ]
