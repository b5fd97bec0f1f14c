"""Whether a pass rate lies in the target band, decided while runs come in, as early as it is sure.

The band's ends have zones of tolerance. The likelihood ratio between the two ends of a zone is a test
martingale: while the rate is that in its denominator, or on its far side, it ever exceeds 1/alpha with a
probability of at most alpha (J. Ville, 1939; A. Wald, 1945). So one may look after every run and stop at
any time without more errors. Within a zone either answer counts as right: no number of runs tells 0.40 from
0.41.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from engine.statistics import Place, binomial
from engine.threshold import Band

Ends = tuple[float, float]
ALPHA = 0.05
MOST_FIXED = 5000  # runs of a fixed design that are looked at


@dataclass(frozen=True)
class Decision:
    """`runs` were seen until it was sure, or in all; `fixed` is how many a fixed design needs as well."""

    place: Place
    runs: int
    fixed: int | None


class _Zone:
    """Whether the rate was seen to lie over or under the zone, by the plain bound and by a stricter one."""

    def __init__(self, below: float, above: float, alpha: float, beyond: float) -> None:
        self.passed = math.log(above / below)
        self.failed = math.log((1 - above) / (1 - below))
        self.enough = math.log(1 / alpha)
        self.ample = math.log(1 / beyond)
        self.up = self.down = 0.0  # evidence for either, at the least
        self.over = self.under = self.far_over = self.far_under = False

    def add(self, outcome: str) -> None:
        """A run that is undecided may have been a pass or a fail; a void one tells nothing."""
        if outcome in ("pass", "undecided"):
            self.down -= self.passed
        if outcome == "pass":
            self.up += self.passed
        if outcome in ("fail", "undecided"):
            self.up += self.failed
        if outcome == "fail":
            self.down -= self.failed
        self.over = self.over or self.up >= self.enough
        self.under = self.under or self.down >= self.enough
        self.far_over = self.far_over or self.up >= self.ample
        self.far_under = self.far_under or self.down >= self.ample


def decide(outcomes: Iterable[str], band: Band, alpha: float = ALPHA) -> Decision:
    """As `placed` has it, with what a fixed design would have needed."""
    place, runs = placed(outcomes, band, alpha)
    return Decision(place, runs, fixed_runs(band.low_zone, band.high_zone, alpha))


def placed(outcomes: Iterable[str], band: Band, alpha: float = ALPHA) -> tuple[Place, int]:
    """Where the rate lies, and after how many runs that was sure.

    `outcomes` stand in the order in which the runs were begun: fast failures are the first to end.
    """
    both = band.low_zone and band.high_zone
    beyond = alpha / 2 if both else alpha  # one may be called outside on either side, so that errors add up
    low, high = (_Zone(*ends, alpha, beyond) if ends else None for ends in (band.low_zone, band.high_zone))
    seen, place = 0, _place(low, high)
    for outcome in outcomes:
        if place != "undecided":
            break
        seen += outcome != "void"
        for zone in (low, high):
            if zone:
                zone.add(outcome)
        place = _place(low, high)
    return place, seen


def _place(low: _Zone | None, high: _Zone | None) -> Place:
    """A band that begins at 0 has no low end to be under, one that ends at 1 no high end to be over."""
    if (low and low.far_under) or (high and high.far_over):
        return "outside"
    if (low is None or low.over) and (high is None or high.under):
        return "inside"
    return "undecided"


@cache
def fixed_runs(low: Ends | None, high: Ends | None, alpha: float = ALPHA) -> int | None:
    """About the fewest runs, made before one looks, that decide with no more errors; None beyond 5,000."""
    runs = 1
    while not _sure(runs, low, high, alpha):
        runs += max(1, runs // 50)
        if runs > MOST_FIXED:
            return None
    return runs


def _sure(runs: int, low: Ends | None, high: Ends | None, alpha: float) -> bool:
    """Whether some counts of passes are rarely reached from outside the band, and rarely missed inside."""
    least, most = 0, runs
    if low:
        tails = accumulate(binomial(count, runs, low[0]) for count in range(runs, -1, -1))
        least = runs + 1 - sum(tail <= alpha for tail in tails)
    if high:
        tails = accumulate(binomial(count, runs, high[1]) for count in range(runs + 1))
        most = sum(tail <= alpha for tail in tails) - 1
    inner = [ends[at] for ends, at in ((low, 1), (high, 0)) if ends]
    called = range(least, most + 1)
    return all(sum(binomial(count, runs, rate) for count in called) >= 1 - alpha for rate in inner)
