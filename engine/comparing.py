"""Two experiments run by run: did a change help, and is that more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.record import Record
from engine.statistics import Z95

Pair = tuple[Record, Record]
Z80 = 0.8416212335729143
DECIDED = ("pass", "fail")


@dataclass(frozen=True)
class Difference:
    """The second less the first, with its 95% interval; `p` is the chance of as much, had nothing changed."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Over pairs of the same item or number: `gained` passed in the second alone, `lost` in the first alone.

    `rate` is the difference of the pass rates, over pairs that were both decided, `score` that of mean
    scores. `criteria` counts, by id, the verdicts that changed, as `fail -> pass`.
    """

    pairs: int
    both: int
    gained: int
    lost: int
    neither: int
    rate: Difference | None
    score: Difference | None
    criteria: Mapping[str, Mapping[str, int]]


def compare(first: Sequence[Record], second: Sequence[Record]) -> Comparison:
    """Pairs are runs with the same submission, else of the same replayed item, else of the same number.

    Of an item that was replayed several times one run is taken: its repeats are no more evidence.
    """
    pairs = _paired(first, second)
    ends = [(a.outcome, b.outcome) for a, b in pairs if a.outcome in DECIDED and b.outcome in DECIDED]
    gained, lost = ends.count(("fail", "pass")), ends.count(("pass", "fail"))
    scored = [(a.score, b.score) for a, b in pairs if a.score is not None and b.score is not None]
    return Comparison(
        pairs=len(pairs),
        both=ends.count(("pass", "pass")),
        gained=gained,
        lost=lost,
        neither=ends.count(("fail", "fail")),
        rate=rates(gained, lost, len(ends)) if ends else None,
        score=means(scored) if len(scored) > 1 else None,
        criteria=_changed(pairs),
    )


def _paired(first: Sequence[Record], second: Sequence[Record]) -> list[Pair]:
    """A replay by what names most of it in the first; where nothing does, and of models' runs, by number."""
    named = max((_matched(first, second, key) for key in ("digest", "source")), key=len)
    replayed = all(record.source for record in second if record.digest)
    return named if named and replayed else _matched(first, second, "run")


def _matched(first: Sequence[Record], second: Sequence[Record], key: str) -> list[Pair]:
    """The first run of each name with the first of that name."""
    named: dict[object, Record] = {}
    for record in first:
        named.setdefault(getattr(record, key), record)
    after: dict[object, Record] = {}
    for record in second:
        after.setdefault(getattr(record, key), record)
    return [(named[name], record) for name, record in after.items() if name is not None and name in named]


def rates(gained: int, lost: int, pairs: int) -> Difference:
    """The exact test of McNemar (1947), and the interval Wald+2 of Agresti and Min (2005)."""
    from scipy.stats import binomtest  # imported where first used: 0.5 s

    changed = gained + lost
    p = float(binomtest(gained, changed).pvalue) if changed else 1.0
    centre = (gained - lost) / (pairs + 2)
    spread = math.sqrt(changed + 1 - (gained - lost) ** 2 / (pairs + 2)) / (pairs + 2)
    low, high = centre - Z95 * spread, centre + Z95 * spread
    return Difference((gained - lost) / pairs, max(low, -1.0), min(high, 1.0), p)


def pairs_needed(gained: int, lost: int, pairs: int) -> int | None:
    """How many would show a difference like this, at 5%, in four of five cases; None where there is none.

    R. Connor, Sample Size for Testing Differences in Proportions for the Paired-Sample Design, 1987.
    """
    if gained == lost:
        return None
    changed, difference = (gained + lost) / pairs, (gained - lost) / pairs
    fewest = 6 / changed  # of pairs that changed, for the exact test to tell anything
    root = Z95 * math.sqrt(changed) + Z80 * math.sqrt(changed - difference**2)
    return math.ceil(max((root / difference) ** 2, fewest))


def means(scored: Sequence[tuple[float, float]]) -> Difference | None:
    """Student's paired test; None where all pairs differ by the same, of which it can say nothing."""
    from scipy.stats import ttest_rel

    before, after = zip(*scored, strict=True)
    if len({round(b - a, 9) for a, b in scored}) == 1:
        same = scored[0][1] - scored[0][0]
        return Difference(same, same, same, 1.0) if abs(same) < 1e-9 else None
    found = ttest_rel(after, before)
    interval = found.confidence_interval()
    value = sum(after) / len(after) - sum(before) / len(before)
    return Difference(value, float(interval.low), float(interval.high), float(found.pvalue))


def _changed(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """By criterion: each change of a verdict, as `fail -> pass`, and how often."""
    found: dict[str, dict[str, int]] = {}
    for a, b in pairs:
        for id in a.verdicts.keys() & b.verdicts.keys():
            change = f"{a.verdicts[id]['verdict']} -> {b.verdicts[id]['verdict']}"
            if a.verdicts[id]["verdict"] != b.verdicts[id]["verdict"]:
                found.setdefault(id, {}).setdefault(change, 0)
                found[id][change] += 1
    return dict(sorted(found.items()))
