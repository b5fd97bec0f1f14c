"""Why runs failed: the reasons for each missed criterion, and the errors, each with the runs that tell of it.

Reasons are one where they differ in numbers, quoted names and addresses alone: what differs becomes `…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.record import Record
from engine.rubric import Criterion
from engine.threshold import Threshold, reaches
from engine.verdict import Evidence, place
from engine.visible import brief

LONGEST = 1000  # characters of a reason that are compared and kept
_QUOTED = r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|`[^`]*`"
_DIFFERS = re.compile(rf"{_QUOTED}|0x[0-9a-fA-F]+|\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
_ERROR = re.compile(r"(?:^|: )(?:\w+\.)*([A-Z]\w*(?:Error|Exception|Exit|Interrupt|Iteration))(?:: (.*)|:?$)")


@dataclass(frozen=True)
class Group:
    """Runs that say the same. `place` is where the first of them says it, as `file:line`, or empty."""

    text: str
    runs: tuple[int, ...]
    place: str


@dataclass(frozen=True)
class Error(Group):
    """`type` is that of the exception, or what the failure is called; `told_by` are gates and criteria."""

    type: str
    told_by: tuple[str, ...]


@dataclass(frozen=True)
class Missed:
    """A criterion that failed runs did not meet; `alone` are those which nothing else kept from passing.

    Each of the `runs` is in one of `reasons`, the most frequent first, or in one of the errors.
    """

    runs: tuple[int, ...]
    alone: tuple[int, ...]
    reasons: tuple[Group, ...]


@dataclass(frozen=True)
class Why:
    """Of failed runs alone. Both begin with what most runs share."""

    missed: Mapping[str, Missed]
    errors: tuple[Error, ...]


@dataclass(frozen=True)
class _Told:
    """What one gate or criterion, `by`, says of one run; `error` is its type where it tells of one."""

    run: int
    by: str
    error: str
    text: str
    place: str


def why(records: Iterable[Record], threshold: Threshold, criteria: Mapping[str, Criterion]) -> Why:
    failed = [record for record in records if record.outcome == "fail"]
    told = [one for record in failed for one in _told(record, criteria)]
    missed = {id: _missed(id, told, _saved(failed, threshold, id, criteria[id].points)) for id in criteria}
    errors = [_error(group) for group in _alike(one for one in told if one.error)]
    return Why(
        {id: one for id, one in sorted(missed.items(), key=lambda item: -len(item[1].runs)) if one.runs},
        tuple(sorted(errors, key=lambda error: -len(error.runs))),
    )


def _told(record: Record, criteria: Mapping[str, Criterion]) -> Iterator[_Told]:
    """What the failed verdicts of a run say; where it has none, what the run says itself."""
    failed = {id: each for id, each in record.verdicts.items() if each["verdict"] == "fail"}
    if not failed:
        yield _Told(record.run, "", record.failure or "unnamed", brief(record.reason, LONGEST), "")
    for id, verdict in failed.items():
        error, text = _raised(verdict["reason"])
        if not error and id not in criteria:
            error = verdict.get("failure") or record.failure or "unnamed"
        yield _Told(record.run, id, error, brief(text, LONGEST), brief(_place(verdict), LONGEST))


def _raised(reason: str) -> tuple[str, str]:
    """The type and message of the error that a reason tells of, the last one as in a traceback."""
    found = [match for line in reason.splitlines() if (match := _ERROR.search(line.strip()))]
    return (found[-1][1], found[-1][2] or "") if found else ("", reason)


def _place(verdict: Mapping[str, Any]) -> str:
    return place(Evidence(each["quote"], each["file"], each["line"]) for each in verdict.get("evidence", ()))


def _saved(failed: Iterable[Record], threshold: Threshold, id: str, points: float) -> set[int]:
    """The runs that would have passed, had they got all its points."""
    return {
        record.run
        for record in failed
        if id in record.verdicts
        and reaches(
            record.points["got"] + points - record.verdicts[id].get("points", 0.0),
            record.points["of"] if threshold.points is None else threshold.points,
        )
    }


def _missed(id: str, told: Iterable[_Told], saved: set[int]) -> Missed:
    own = [one for one in told if one.by == id]
    runs = tuple(one.run for one in own)
    groups = [
        Group(_common(group), _runs(group), group[0].place)
        for group in _alike(one for one in own if not one.error)
    ]
    groups.sort(key=lambda group: -len(group.runs))
    return Missed(runs, tuple(run for run in runs if run in saved), tuple(groups))


def _error(group: Sequence[_Told]) -> Error:
    told_by = dict.fromkeys(one.by for one in group if one.by)
    return Error(_common(group), _runs(group), group[0].place, group[0].error, tuple(told_by))


def _alike(told: Iterable[_Told]) -> list[list[_Told]]:
    """Those of one error whose texts are the same but for what may differ."""
    groups: dict[tuple[str, ...], list[_Told]] = {}
    for one in told:
        groups.setdefault((one.error, *_DIFFERS.split(one.text)), []).append(one)
    return list(groups.values())


def _common(group: Sequence[_Told]) -> str:
    """The text of all of them."""
    fixed = _DIFFERS.split(group[0].text)
    values = zip(*(_DIFFERS.findall(one.text) for one in group), strict=True)
    differs = [each[0] if len(set(each)) == 1 else "…" for each in values]
    return "".join(part for pair in zip(fixed, [*differs, ""], strict=True) for part in pair)


def _runs(group: Sequence[_Told]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.run for one in group))
