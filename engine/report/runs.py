"""Runs as a flat table, for CSV, Parquet and data frames."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.past import Past
from engine.record import Record
from engine.transcript import ROLES
from engine.verdict import Verdict
from engine.visible import visible

Cell = str | int | float | None
Row = dict[str, Cell]
NESTED = ("measures", "items", "samples", "assessments")
FORMULA = tuple("=+-@\t\r＝＋－＠")  # noqa: RUF001  by these a spreadsheet knows a formula, wide ones too


def rows(pasts: Sequence[Past]) -> list[Row]:
    """A row for each run; all rows have the same columns in the same order.

    `gate_ID` and `criterion_ID` have pass, fail or unclear, `score_ID` the score where a criterion is
    scored. None is what is not known or was not looked at. What is nested is JSON.
    """
    ids = dict.fromkeys(name for past in pasts for name in _names(past))
    return [
        {**_whole(past, record), **ids, **dict(_said(past, record))}
        for past in pasts
        for record in past.records
    ]


def write_csv(pasts: Sequence[Past], file: Path) -> None:
    """As UTF-8. Text that a spreadsheet would take for a formula has an apostrophe before it."""
    table = rows(pasts)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([_safe(name) for name in table[0]] if table else [])
        writer.writerows([_safe(cell) for cell in row.values()] for row in table)


def _safe(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    text = "\n".join(visible(line) for line in cell.split("\n"))
    return f"'{text}" if cell.lstrip(" \n").startswith(FORMULA) else text


def _whole(past: Past, record: Record) -> Row:
    """All but what the graders said of each criterion."""
    usage = {role: record.usage_of(role) for role in ROLES}
    row: Row = {
        "experiment": str(past.folder),
        "task": past.task,
        "topic": past.config["task"].get("topic"),
        "run": record.run,
        "outcome": record.outcome,
        "failure": record.failure,
        "reason": record.reason,
        "score": _number(record.score),
        "points_got": _number(record.points["got"]),
        "points_of": _number(record.points["of"]),
        "band": record.band,
        "source": record.source,
        "digest": record.digest,
        "model": record.model,
        "judge": record.judge,
        "sandbox": record.sandbox,
        **{f"tokens_{role}": used.tokens for role, used in usage.items()},
        **{f"cost_{role}": _number(used.cost) for role, used in usage.items()},
        "seconds": float(record.seconds),
        "started": record.started,
        **{name: _nested(getattr(record, name)) for name in NESTED},
    }
    return {name: _text(cell) for name, cell in row.items()}


def _names(past: Past) -> Iterator[str]:
    """The columns of its gates and criteria."""
    yield from (f"gate_{_text(id)}" for id in past.rubric.gates)
    for id, criterion in past.rubric.criteria.items():
        yield f"criterion_{_text(id)}"
        if not criterion.scale.pass_fail:
            yield f"score_{_text(id)}"


def _said(past: Past, record: Record) -> Iterator[tuple[str, Cell]]:
    for id, verdict in record.verdicts.items():
        criterion = past.rubric.criteria.get(id)
        yield f"{'criterion' if criterion else 'gate'}_{_text(id)}", verdict["verdict"]
        if criterion and not criterion.scale.pass_fail:
            said = Verdict(verdict["verdict"], verdict["reason"], score=verdict.get("score"))
            yield f"score_{_text(id)}", _number(said.scored(criterion.scale))


def _number(value: float | None) -> float | None:
    """A column has one type, however JSON wrote the number."""
    return None if value is None else float(value)


def _nested(value: object) -> str | None:
    """Nothing where there is nothing."""
    return json.dumps(value, ensure_ascii=False) if value else None


def _text(cell: Cell) -> Cell:
    """Half a surrogate pair, which no file takes, is written out."""
    return re.sub("[\ud800-\udfff]", lambda half: visible(half[0]), cell) if isinstance(cell, str) else cell
