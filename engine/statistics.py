"""From counts to what they allow one to say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

from engine.threshold import Band

Place = Literal["inside", "outside", "undecided"]
Z95 = 1.959963984540054
MOST_RUNS = 2000


def wilson(passed: int, runs: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval for a proportion (E. B. Wilson, JASA 22, 1927); (0, 1) of no runs.

    Its coverage at n = 10 is 0.957 on average, where the textbook interval p ± z·s falls far short.
    """
    if runs == 0:
        return 0.0, 1.0
    rate, spread = passed / runs, z * z / runs
    centre = (rate + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(rate * (1 - rate) / runs + spread / (4 * runs))
    return max(0.0, centre - half), min(1.0, centre + half)


def clopper_pearson(passed: int, runs: int) -> tuple[float, float]:
    """The exact 95% interval (C. Clopper, E. Pearson, Biometrika 26, 1934): it covers every rate as often."""
    from scipy.stats import binomtest  # imported where first used: 0.5 s

    if runs == 0:
        return 0.0, 1.0
    found = binomtest(passed, runs).proportion_ci(method="exact")
    return float(found.low), float(found.high)


def standard_error(clusters: Sequence[Sequence[float]]) -> float | None:
    """Of the mean of all scores, where those of one cluster (a task, an item) may go together.

    The root of the sum over clusters of (sum of deviations)^2, by the number of scores (E. Miller, Adding
    Error Bars to Evals, 2024, arXiv:2411.00640). None of fewer than two clusters.
    """
    scores = [score for cluster in clusters for score in cluster]
    if len(clusters) < 2:
        return None
    mean = math.fsum(scores) / len(scores)
    squares = (math.fsum(score - mean for score in cluster) ** 2 for cluster in clusters)
    return math.sqrt(math.fsum(squares)) / len(scores)


def binomial(count: int, runs: int, rate: float) -> float:
    """The probability of just so many passes."""
    if rate in (0.0, 1.0):
        return float(count == runs * rate)
    log = math.lgamma(runs + 1) - math.lgamma(count + 1) - math.lgamma(runs - count + 1)
    return math.exp(log + count * math.log(rate) + (runs - count) * math.log1p(-rate))


def at_any_time(passed: int, runs: int, alpha: float = 0.05) -> tuple[float, float]:
    """An interval that covers the rate at every number of runs at once, however one came to stop.

    The rates p at which the mixture of all binomial likelihoods over the uniform prior is less than 1/alpha
    times that of p (H. Robbins, 1970; Waudby-Smith and Ramdas, NeurIPS 2020: the prior-posterior ratio).
    """
    if runs == 0:
        return 0.0, 1.0
    enough = -math.log(runs + 1) - math.log(1 / alpha)  # the mixture gives each count the same probability

    def inside(rate: float) -> bool:
        chance = binomial(passed, runs, rate)
        return chance > 0 and math.log(chance) > enough

    centre = passed / runs
    return _edge(inside, centre, 0.0), _edge(inside, centre, 1.0)


def _edge(inside: Callable[[float], bool], within: float, beyond: float) -> float:
    """Where a stretch that begins within ends, by halving."""
    if inside(beyond):
        return beyond
    for _ in range(60):
        middle = (within + beyond) / 2
        within, beyond = (middle, beyond) if inside(middle) else (within, middle)
    return beyond


def pass_at(k: int, passed: int, runs: int) -> float | None:
    """pass@k: the chance that of k runs at least one passes, without bias; None of fewer than k runs.

    1 - C(n-c, k) / C(n, k), as in Chen et al., 2021 (arXiv:2107.03374).
    """
    return None if runs < k else 1 - math.comb(runs - passed, k) / math.comb(runs, k)


def pass_hat(k: int, passed: int, runs: int) -> float | None:
    """pass^k: the chance that k runs all pass, without bias (Yao et al., 2024, arXiv:2406.12045)."""
    return None if runs < k else math.comb(passed, k) / math.comb(runs, k)


def interval(
    passed: int, failed: int, undecided: int, kind: Callable[[int, int], tuple[float, float]] = wilson
) -> tuple[float, float]:
    """The 95% interval of the pass rate. An undecided run may have been either, so it widens both ends."""
    runs = passed + failed + undecided
    return kind(passed, runs)[0], kind(passed + undecided, runs)[1]


def place(low: float, high: float, band: Band) -> Place:
    """Where a pass rate of this interval lies: decided only when the whole interval agrees."""
    if band.low <= low and high <= band.high:
        return "inside"
    if high < band.low or low > band.high:
        return "outside"
    return "undecided"


def more_runs(passed: int, failed: int, undecided: int, band: Band) -> int | None:
    """About how many more runs like these would decide the band; None where 2,000 in all would not."""
    counts = passed, failed, undecided
    runs = sum(counts)
    for whole in range(runs + 1, MOST_RUNS + 1):
        passed, failed, undecided = (round(count * whole / runs) for count in counts)
        if place(*interval(passed, failed, undecided), band) != "undecided":
            return whole - runs
    return None
