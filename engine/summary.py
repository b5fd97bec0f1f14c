"""Records become figures: pass rate, criteria, failures, why, cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from engine.deciding import Decision, decide
from engine.failures import Why, why
from engine.measures import Measured, measured
from engine.model import Usage
from engine.record import Record
from engine.rubric import Rubric
from engine.scorecard import Scores, scores
from engine.statistics import Place, at_any_time, interval, more_runs, place, wilson
from engine.threshold import Band, Threshold
from engine.transcript import ROLES


@dataclass(frozen=True)
class Criterion:
    """How often a criterion held, and its mean score where it is scored.

    A *differentiator* is one that some runs get right and others wrong.
    """

    passed: int
    failed: int
    unclear: int
    score: float | None = None

    @property
    def rate(self) -> float | None:
        decided = self.passed + self.failed
        return self.passed / decided if decided else None

    @property
    def differentiates(self) -> bool:
        return self.passed > 0 and self.failed > 0


@dataclass(frozen=True)
class Summary:
    """The figures of an experiment. Void runs are in `outcomes` alone: they count in no rate.

    `rate` is passes over decided runs, None where none was decided; `low` and `high` its 95% Wilson
    interval, widened by undecided runs, which `least` counts as fails; where runs were made until it was
    decided, the interval is one that holds at any time, and `decision` says how it was decided. `more` is
    about how many more runs would decide the band. `items` counts what a replay handed in, None for another
    agent.
    """

    runs: int
    outcomes: Mapping[str, int]
    items: int | None
    decision: Decision | None
    rate: float | None
    least: float
    low: float
    high: float
    band: Band
    place: Place
    more: int | None
    criteria: Mapping[str, Criterion]
    failures: Mapping[str, int]
    why: Why
    voids: Mapping[str, int]
    contradictions: Sequence[tuple[int, str]]
    usage: Mapping[str, Usage]
    seconds: float
    measures: Mapping[str, Measured]
    scores: Scores

    def used(self) -> Usage:
        """By all roles together."""
        return sum(self.usage.values(), Usage())

    def document(self) -> dict[str, Any]:
        """As it is written to summary.json."""
        criteria = {
            id: {**asdict(one), "rate": one.rate, "differentiator": one.differentiates}
            for id, one in self.criteria.items()
        }
        return {**asdict(self), "criteria": criteria}


def summarize(
    records: Sequence[Record],
    threshold: Threshold,
    rubric: Rubric,
    seconds: float,
    auto: bool = False,
) -> Summary:
    """`seconds` is the wall time of the experiment; `auto` where runs went on until it was decided."""
    band = threshold.band
    outcomes = Counter(record.outcome for record in records)
    passed, failed, undecided = outcomes["pass"], outcomes["fail"], outcomes["undecided"]
    rate = passed / (passed + failed) if passed + failed else None
    low, high = interval(passed, failed, undecided, at_any_time if auto else wilson)
    in_order = [record.outcome for record in sorted(records, key=lambda record: record.run)]
    decision = decide(in_order, band) if auto else None
    where = decision.place if decision else place(low, high, band)
    unsure = rate is not None and where == "undecided" and not auto
    more = more_runs(passed, failed, undecided, band) if unsure else None
    return Summary(
        runs=len(records),
        outcomes={name: outcomes[name] for name in ("pass", "fail", "undecided", "void")},
        items=len({record.source for record in records if record.source}) or None,
        decision=decision,
        rate=rate,
        least=passed / max(passed + failed + undecided, 1),
        low=low,
        high=high,
        band=band,
        place=where,
        more=more,
        criteria={id: _criterion(id, records) for id in rubric.criteria},
        failures=_failures(records, "fail"),
        why=why(records, threshold, rubric.criteria),
        voids=_failures(records, "void"),
        contradictions=[(record.run, id) for record in records for id in contradicted(record)],
        usage={role: sum((record.usage_of(role) for record in records), Usage()) for role in ROLES},
        seconds=round(seconds, 3),
        measures=measured(records),
        scores=scores(records, rubric),
    )


def contradicted(record: Record) -> list[str]:
    """The criteria on which one grader said pass and another fail."""
    return [
        id
        for id, verdict in record.verdicts.items()
        if {"pass", "fail"} <= set((verdict.get("opinions") or {}).values())
    ]


def _criterion(id: str, records: Sequence[Record]) -> Criterion:
    own = [record.verdicts[id] for record in records if id in record.verdicts]
    said = Counter(verdict["verdict"] for verdict in own)
    scored = [verdict["score"] for verdict in own if verdict.get("score") is not None]
    mean = round(fmean(scored), 4) if scored else None
    return Criterion(said["pass"], said["fail"], said["unclear"], mean)


def _failures(records: Sequence[Record], outcome: str) -> dict[str, int]:
    named = Counter(record.failure or "unnamed" for record in records if record.outcome == outcome)
    return dict(named.most_common())
