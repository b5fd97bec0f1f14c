"""From counts to what they allow one to say."""

from __future__ import annotations

import math
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


def interval(passed: int, failed: int, undecided: int) -> tuple[float, float]:
    """The 95% interval of the pass rate. An undecided run may have been either, so it widens both ends."""
    runs = passed + failed + undecided
    return wilson(passed, runs)[0], wilson(passed + undecided, runs)[1]


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
        scaled = [round(count * whole / runs) for count in counts]
        if place(*interval(*scaled), band) != "undecided":
            return whole - runs
    return None
