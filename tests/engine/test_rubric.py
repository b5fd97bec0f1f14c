"""What a rubric's nouns come to."""

from __future__ import annotations

import pytest

from engine.rubric import Criterion, Rubric, Scale


@pytest.mark.parametrize(
    ("low", "high", "so"), [(0, 1, True), (1, 10, False), (0, 2, False), (0, 10, False), (1, 2, False)]
)
def test_pass_or_fail_is_a_scale(low, high, so):
    """That from 0 to 1, and no other."""
    assert Scale(low, high).pass_fail is so


@pytest.mark.parametrize(
    ("high", "score", "points"),
    [(10, 1, 0.3), (10, 5, 1.5), (10, 6.5, 1.95), (10, 10, 3.0), (5, 2, 1.2), (5, 5, 3.0), (1, 1, 3.0)],
)
def test_points_are_in_proportion(high, score, points):
    """All 3 of them at the top of the scale."""
    assert Criterion("it is", 3.0, scale=Scale(0, high)).earned(score) == pytest.approx(points)


@pytest.mark.parametrize(
    ("passes", "score", "decision"),
    [(None, 9, "fail"), (None, 10, "pass"), (6.5, 6, "fail"), (6.5, 6.5, "pass"), (0.7, 7 * 0.1, "pass")],
)
def test_a_score_is_met_or_not(passes, score, decision):
    """From `passes` on, which is the top where nothing is said; not lost to the last binary place."""
    assert Criterion("it is", scale=Scale(0, 10), passes=passes).decision(score) == decision


@pytest.mark.parametrize(
    ("points", "name"), [(0.9, None), (1, "POOR"), (6.4, "POOR"), (6.5, "GOOD"), (8, "BEST"), (10, "BEST")]
)
def test_the_band_of_points(points, name):
    """The highest whose bound is reached, in whatever order they are written."""
    assert Rubric(bands={"GOOD": 6.5, "BEST": 8.0, "POOR": 1.0}).band(points) == name


def test_a_rubric_without_bands():
    """Points have no name there."""
    assert Rubric().band(5) is None
