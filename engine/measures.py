"""What rubrics count beside the verdicts, over all runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from engine.record import Record


@dataclass(frozen=True)
class Measured:
    """`runs` in which it was measured, `means` of its numbers by name, `listed` what it says, run by run."""

    runs: int
    means: Mapping[str, float]
    listed: Mapping[int, Mapping[str, Sequence[str]]]


def measured(records: Sequence[Record]) -> dict[str, Measured]:
    """By the measure's id."""
    ids = dict.fromkeys(id for record in records for id in record.measures)
    return {id: _over({record.run: record.measures.get(id) or {} for record in records}) for id in ids}


def _over(said: Mapping[int, Mapping[str, object]]) -> Measured:
    numbers: dict[str, list[float]] = {}
    for each in said.values():
        for name, value in each.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers.setdefault(name, []).append(value)
    listed = {run: dict(_lists(each)) for run, each in said.items()}
    return Measured(
        runs=sum(map(bool, said.values())),
        means={name: round(fmean(values), 4) for name, values in numbers.items()},
        listed={run: lists for run, lists in listed.items() if lists},
    )


def _lists(said: Mapping[str, object]) -> Iterator[tuple[str, Sequence[str]]]:
    for name, value in said.items():
        if isinstance(value, list | tuple | str) and value:
            yield name, [value] if isinstance(value, str) else [str(each) for each in value]
