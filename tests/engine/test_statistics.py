"""Figures against published values."""

from __future__ import annotations

import pytest
from scipy.stats import beta, binom, binomtest

from engine.statistics import (
    at_any_time,
    binomial,
    clopper_pearson,
    interval,
    more_runs,
    pass_at,
    pass_hat,
    place,
    standard_error,
    wilson,
)
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


COUNTS = [(0, 10), (1, 10), (3, 10), (10, 10), (33, 93), (7, 200)]


@pytest.mark.parametrize(("passed", "runs"), COUNTS)
def test_intervals_against_scipy(passed, runs):
    """Wilson's as scipy computes it; Clopper and Pearson's by quantiles of the beta distribution."""
    found = binomtest(passed, runs).proportion_ci(method="wilson")
    assert wilson(passed, runs) == pytest.approx((found.low, found.high), abs=1e-9)
    low = beta.ppf(0.025, passed, runs - passed + 1) if passed else 0.0
    high = beta.ppf(0.975, passed + 1, runs - passed) if passed < runs else 1.0
    assert clopper_pearson(passed, runs) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(("passed", "runs"), COUNTS)
def test_binomial_against_scipy(passed, runs):
    for rate in (0.0, 0.05, 0.3, 1.0):
        assert binomial(passed, runs, rate) == pytest.approx(binom.pmf(passed, runs, rate), abs=1e-12)


@pytest.mark.parametrize("runs", [10, 20, 50, 100])
def test_the_intervals_cover(runs):
    """Over rates from 0 to 1: Wilson's in 94% of cases on average, the exact one in 95% at every rate."""
    rates = [step / 100 for step in range(101)]
    shares = {}
    for kind in (wilson, clopper_pearson):
        ends = [kind(passed, runs) for passed in range(runs + 1)]
        shares[kind] = [
            sum(binomial(at, runs, rate) for at, (low, high) in enumerate(ends) if low <= rate <= high)
            for rate in rates
        ]
    assert sum(shares[wilson]) / len(rates) >= 0.94
    assert min(shares[clopper_pearson]) >= 0.95 - 1e-9


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.25, 0.5, 0.9])
def test_an_interval_at_any_time_covers_at_every_number_of_runs_at_once(rate):
    """The chance that one of 150 looks ever shows an interval without the rate is at most 5%, exactly."""
    going, lost = {0: 1.0}, 0.0
    for runs in range(1, 151):
        after: dict[int, float] = {}
        for passed, chance in going.items():
            after[passed + 1] = after.get(passed + 1, 0.0) + chance * rate
            after[passed] = after.get(passed, 0.0) + chance * (1 - rate)
        seen = {passed: at_any_time(passed, runs) for passed in after if after[passed] > 1e-12}
        lost += sum(after[passed] for passed, (low, high) in seen.items() if not low <= rate <= high)
        going = {passed: after[passed] for passed, (low, high) in seen.items() if low <= rate <= high}
    assert lost <= 0.05


@pytest.mark.parametrize(
    ("k", "passed", "runs", "some", "every"),
    [(1, 3, 10, 0.3, 0.3), (2, 3, 10, 24 / 45, 3 / 45), (5, 0, 10, 0.0, 0.0), (10, 10, 10, 1.0, 1.0)],
)
def test_pass_at_k_and_pass_hat_k(k, passed, runs, some, every):
    """By counting subsets: of 45 pairs of ten runs, 21 hold none of three passes and 3 hold two."""
    assert pass_at(k, passed, runs) == pytest.approx(some)
    assert pass_hat(k, passed, runs) == pytest.approx(every)
    assert pass_at(runs + 1, passed, runs) is None


def test_a_standard_error_goes_by_clusters():
    """By hand, mean 0.5: deviations sum to 0.6 and -0.6, so the root of 0.72 by 4; alone they are others."""
    assert standard_error([[0.7, 0.9], [0.1, 0.3]]) == pytest.approx(0.72**0.5 / 4)
    alone = standard_error([[0.7], [0.9], [0.1], [0.3]])
    assert alone == pytest.approx((0.04 + 0.16 + 0.16 + 0.04) ** 0.5 / 4)
    assert standard_error([[0.7, 0.9]]) is None
