"""How far graders agree beyond chance: samples of a judge among themselves, and the judge with the probes.

Krippendorff's alpha (Content Analysis, 2004), by the package of that name: 1 is full agreement, 0 what chance
would give. Votes are nominal, scores lie on an interval scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from engine.record import Record
from engine.verdict import Decision

DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True)
class Agreement:
    """`alpha` over so many verdicts (`units`); None where all of them are the same."""

    units: int
    alpha: float | None


def between_samples(records: Iterable[Record]) -> Agreement | None:
    """None where no verdict has several samples. Scored items count one by one."""
    verdicts = [verdict for record in records for verdict in _single(record)]
    scored = [verdict["scores"] for verdict in verdicts if len(verdict.get("scores") or ()) > 1]
    voted = [verdict["votes"] for verdict in verdicts if verdict.get("votes")]
    if scored:
        return _alpha(scored, "interval")
    counted = [[decision for decision in DECISIONS for _ in range(votes.get(decision, 0))] for votes in voted]
    return _alpha([_numbered(each) for each in counted], "nominal") if counted else None


def judge_with_probe(records: Iterable[Record]) -> Agreement | None:
    """None where no criterion was decided by both."""
    opinions = [verdict.get("opinions") or {} for record in records for verdict in record.verdicts.values()]
    both = [_numbered(list(said.values())) for said in opinions if len(said) > 1]
    return _alpha(both, "nominal") if both else None


def _single(record: Record) -> Iterable[Mapping[str, Any]]:
    for verdict in record.verdicts.values():
        yield from verdict.get("items") or [verdict]


def _numbered(said: Sequence[Decision]) -> list[float | None]:
    """An unclear verdict is none."""
    return [None if each == "unclear" else float(DECISIONS.index(each)) for each in said]


def _alpha(
    units: Sequence[Sequence[float | None]], level: Literal["nominal", "interval"]
) -> Agreement | None:
    """Over what at least two have decided; None where there is nothing like that."""
    import krippendorff  # imported where first used: numpy with it
    import numpy as np

    known = [[each for each in unit if each is not None] for unit in units]
    shared = [unit for unit in known if len(unit) > 1]
    if not shared:
        return None
    if len({each for unit in shared for each in unit}) == 1:
        return Agreement(len(shared), None)
    most = max(map(len, shared))
    table = np.array([[*unit, *[math.nan] * (most - len(unit))] for unit in shared], dtype=float).T
    alpha = float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))
    return Agreement(len(shared), round(alpha, 6))
