"""Figures against published values."""

from __future__ import annotations

import pytest

from engine.statistics import interval, more_runs, place, wilson
from engine.threshold import Band

BAND = Band(0.10, 0.40)


@pytest.mark.parametrize(
    ("passed", "runs", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson(passed, runs, low, high):
    """The interval agrees with the published table to its four places."""
    assert wilson(passed, runs) == pytest.approx((low, high), abs=5e-5)


def test_undecided_runs_widen_both_ends():
    """They count as fails for the lower end and as passes for the upper."""
    assert interval(3, 5, 2) == (wilson(3, 10)[0], wilson(5, 10)[1])


def test_place():
    """A band is decided only where the whole interval agrees."""
    assert place(0.15, 0.35, BAND) == "inside"
    assert place(0.45, 0.80, BAND) == "outside"
    assert place(0.00, 0.05, BAND) == "outside"
    assert place(0.05, 0.35, BAND) == "undecided"


def test_more_runs_would_decide():
    """As many more, at the same rate, do decide; one fewer does not."""
    more = more_runs(5, 15, 0, BAND)
    assert more
    assert place(*wilson(round(0.25 * (20 + more)), 20 + more), BAND) == "inside"
    assert place(*wilson(round(0.25 * (19 + more)), 19 + more), BAND) == "undecided"
    assert more_runs(4, 6, 0, BAND) is None


def test_undecided_runs_can_stand_in_the_way():
    """When many runs are undecided, more of the same decide nothing."""
    assert more_runs(20, 60, 60, BAND) is None
