"""Runs until it is sure: how soon, how often wrong, and what it spares."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from engine.deciding import decide, fixed_runs
from engine.statistics import binomial
from engine.threshold import Band

BAND = Band()
MOST = 150
RATES = [step / 50 for step in range(51)]


Ends = tuple[float, float, float, float]
ENDS: Ends = (0.05, 0.15, 0.30, 0.50)


def step(passed: int, seen: int, over: bool, under: bool, ends: Ends = ENDS) -> tuple[str, bool, bool]:
    """The rule once more, from the counts: what holds now, and what was ever sure."""
    failed = seen - passed
    low = passed * math.log(ends[1] / ends[0]) + failed * math.log((1 - ends[1]) / (1 - ends[0]))
    high = passed * math.log(ends[3] / ends[2]) + failed * math.log((1 - ends[3]) / (1 - ends[2]))
    sure = math.log(20)
    over, under = over or low >= sure, under or -high >= sure
    if -low >= math.log(40) or high >= math.log(40):
        return "outside", over, under
    return ("inside" if over and under else "undecided"), over, under


def chances(rate: float, ends: Ends = ENDS) -> tuple[Counter[str], float]:
    """Over all sequences of runs, exactly: the chance of each ending, and the mean of runs."""
    going: dict[tuple[int, bool, bool], float] = {(0, False, False): 1.0}
    ended: Counter[str] = Counter()
    runs = 0.0
    for seen in range(1, MOST + 1):
        runs += sum(going.values())
        after: dict[tuple[int, bool, bool], float] = {}
        for (passed, *sure), chance in going.items():
            for count, share in ((passed + 1, rate), (passed, 1 - rate)):
                place, *then = step(count, seen, *sure, ends)
                if place == "undecided":
                    after[count, *then] = after.get((count, *then), 0.0) + chance * share
                else:
                    ended[place] += chance * share
        going = after
    return ended, runs


def test_the_rule_of_these_tests_is_that_of_the_engine():
    """On random sequences of all rates."""
    dice = random.Random(1)
    for _ in range(300):
        rate = dice.random()
        outcomes = ["pass" if dice.random() < rate else "fail" for _ in range(MOST)]
        place, over, under, runs = "undecided", False, False, 0
        while place == "undecided" and runs < MOST:
            runs += 1
            place, over, under = step(outcomes[:runs].count("pass"), runs, over, under)
        decision = decide(outcomes, BAND)
        assert (decision.place, decision.runs) == (place, runs)


@pytest.mark.parametrize(
    ("outcomes", "place", "runs"),
    [
        (["pass"] * 20, "outside", 8),  # ln 40 / ln (0.5 / 0.3) = 7.2
        (["fail"] * 40, "outside", 34),  # ln 40 / ln (0.95 / 0.85) = 33.2
        ([], "undecided", 0),
        (["void"] * 30, "undecided", 0),
        (["void", "pass"] * 20, "outside", 8),
        (["undecided"] * 60, "undecided", 60),
        (["pass", "fail", "fail", "fail"] * 20, "inside", 27),
    ],
)
def test_how_soon(outcomes, place, runs):
    """By hand for runs that are all alike; what is void or undecided decides nothing."""
    decision = decide(outcomes, BAND)
    assert (decision.place, decision.runs) == (place, runs)


def test_what_comes_after_does_not_count():
    """Looking goes on while runs in flight end; the decision stays."""
    assert decide(["pass"] * 8 + ["fail"] * 50, BAND).place == "outside"


def test_an_open_end_is_never_crossed():
    """A band from 0 has no low end, and one to 1 no high one."""
    assert decide(["fail"] * 60, Band(0.0, 0.4)).place == "inside"
    assert decide(["pass"] * 60, Band(0.6, 1.0)).place == "inside"


def test_a_fixed_design_as_sure_needs_93_runs():
    """Counted out: 93 is enough for some counts, 92 for none."""
    assert fixed_runs(BAND.low_zone, BAND.high_zone) == 93

    def sure(runs: int) -> bool:
        def chance(rate: float, least: int, most: int) -> float:
            return sum(binomial(count, runs, rate) for count in range(least, most + 1))

        return any(
            chance(0.05, least, most) <= 0.05
            and chance(0.50, least, most) <= 0.05
            and min(chance(0.15, least, most), chance(0.30, least, most)) >= 0.95
            for least in range(1, 15)
            for most in range(30, 50)
        )

    assert sure(93)
    assert not sure(92)


def test_it_errs_in_at_most_one_of_twenty_and_spares_more_than_half():
    """Exactly, at every rate: wrong answers, and on the average over rates 0 to 1 the runs it takes."""
    wrong, runs = [], []
    for rate in RATES:
        ended, mean = chances(rate)
        outside = rate <= BAND.low_zone[0] or rate >= BAND.high_zone[1]
        inside = BAND.low_zone[1] <= rate <= BAND.high_zone[0]
        wrong.append(ended["inside"] if outside else ended["outside"] if inside else 0.0)
        runs.append(mean)
    assert max(wrong) <= 0.05
    assert sum(runs) / len(runs) <= 93 / 2


@pytest.mark.parametrize(
    ("rate", "ends"),
    [(0.30, (0.1, 0.3, 0.3, 0.5)), (0.30, (0.2, 0.3, 0.3, 0.4)), (0.50, (0.40, 0.50, 0.50, 0.60))],
)
def test_zones_that_meet_keep_the_promise(rate, ends):
    """A rate between them may be lost on either side, and both together are at most one in twenty."""
    assert chances(rate, ends)[0]["outside"] <= 0.05
