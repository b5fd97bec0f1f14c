"""Runs as a flat table; and `experiment`, the folder that the tests of all exports write and read."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.past import Past, read
from engine.record import Record
from engine.report.runs import rows, write_csv
from tests.engine.test_summary import record

EVIL = "=HYPERLINK(0)\x00\x1b[31m<b>&\u202e\ufffe\r]]>\nsecond \ud800 line"
START = "2026-01-01T00:00:00.000+00:00"


def verdict(said: str, reason: str = "so it is", score: float | None = None) -> dict[str, Any]:
    evidence = [
        {"quote": "x = 1", "file": "answer.py", "line": 3},
        {"quote": "it ran", "file": "", "line": None},
    ]
    told = {"verdict": said, "reason": reason, "evidence": evidence, "by": "judge", "failure": None}
    return {**told, "votes": None, "opinions": None, "points": 1.0, **({"score": score} if score else {})}


def verdicts(ready: str, a: str, value: str, score: float | None = None) -> dict[str, dict[str, Any]]:
    """Of the gate, the criterion that passes or fails, and the one from 1 to 10."""
    return {"ready": verdict(ready), "a": verdict(a, f"{a} of a"), "value": verdict(value, "worth", score)}


def graded(outcome: str, run: int, said: dict[str, dict[str, Any]], **changes: Any) -> Record:
    return replace(record(outcome, run, **changes), verdicts=said)


WHOLE = {"got": 10.0, "of": 10.0}
RUNS = [
    graded("pass", 0, verdicts("pass", "pass", "pass", 8), score=0.85, points={"got": 8.5, "of": 10.0}),
    graded("fail", 1, verdicts("pass", "fail", "fail", 2.5), score=0.3, points={"got": 3, "of": 10}),
    graded("undecided", 2, verdicts("pass", "pass", "unclear"), reason="hangs on value"),
    record("void", 3, failure="provider", reason="overloaded"),
    record("fail", 4, score=0.0, failure="no_submission", reason=EVIL),
]
REPLAYED = [
    graded(
        "pass", run, verdicts("pass", "pass", "pass", 10), score=1.0, source=source, model=None, points=WHOLE
    )
    for run, source in enumerate(["strong", "weak", "strong"])
]


def experiment(folder: Path, records: Sequence[Record] = (), **config: Any) -> Past:
    """The output folder of an experiment, as it is read back."""
    folder.mkdir(parents=True)
    criterion = {"claim": "it is worth it", "points": 9.0, "scale": {"low": 1, "high": 10}, "passes": 6.5}
    said = {
        "task": {"name": "toy", "description": "Write a toy.", "topic": "bears", "prompt": "default"},
        "rubric": {
            "gates": {"ready": {"claim": "it is ready", "pattern": "x"}},
            "criteria": {"a": {"claim": "it is a", "points": 1.0}, "value": criterion},
        },
        "threshold": {"points": 7.0},
        "agent": {"_target_": "engine.agents.loop.Loop", "reminder": "Please submit."},
        "runs": len(records),
        "fail_under": None,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump({**said, **config}), encoding="utf-8")
    (folder / "runs.jsonl").write_bytes(b"".join(run.line() for run in records))
    return read(folder)


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return experiment(tmp_path / "first", RUNS)


def cells(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as said:
        return list(csv.DictReader(said))


def test_a_row_for_each_run(past):
    """It says what came of the run, by whom, at what cost; None is not known, never nought."""
    first, _, undecided, void, _ = rows([past])
    told = {"experiment": str(past.folder), "task": "toy", "topic": "bears", "run": 0, "outcome": "pass"}
    told |= {
        "score": 0.85,
        "points_got": 8.5,
        "points_of": 10.0,
        "model": "m",
        "judge": "j",
        "started": START,
    }
    told |= {"tokens_agent": 150, "cost_agent": 0.01, "tokens_reader": 0, "seconds": 2.0}
    assert told.items() <= first.items()
    assert (undecided["score"], void["score"], void["failure"]) == (None, None, "provider")


def test_columns_of_criteria(past):
    """Each gate and criterion has its decision, a scored one its score too; None where nothing was said."""
    passed, failed, undecided, void, _ = rows([past])
    columns = ("gate_ready", "criterion_a", "criterion_value", "score_value")
    assert [passed[name] for name in columns] == ["pass", "pass", "pass", 8.0]
    assert [failed[name] for name in columns] == ["pass", "fail", "fail", 2.5]
    assert [undecided[name] for name in columns] == ["pass", "pass", "unclear", None]
    assert [void[name] for name in columns] == [None] * 4
    assert "score_a" not in passed


def test_experiments_share_their_columns(past, tmp_path):
    """Several experiments make one table: same columns, same order, those of other rubrics empty."""
    rubric = {"criteria": {"other": {"claim": "it is other"}}}
    other = experiment(
        tmp_path / "second", [record("fail", 0, {"other": "fail"})], rubric=rubric, threshold={}
    )
    table = rows([past, other])
    assert len({tuple(row) for row in table}) == 1
    assert (table[0]["criterion_other"], table[-1]["criterion_other"]) == (None, "fail")
    assert list(table[0])[:5] == ["experiment", "task", "topic", "run", "outcome"]


def test_cells_are_plain(tmp_path):
    """A column has one type, whatever JSON made of a number; what is nested is JSON text."""
    nested = record("pass", 0, score=1, points={"got": 1, "of": 1}, seconds=2, measures={"m": {"n": 1}})
    (row,) = rows([experiment(tmp_path / "x", [nested])])
    assert json.loads(str(row["measures"])) == {"m": {"n": 1}}
    assert {type(row[name]) for name in ("score", "points_got", "seconds", "cost_judge")} == {float}
    assert {type(cell) for cell in row.values()} <= {str, int, float, type(None)}
    assert row["items"] is None


def test_an_unknown_cost_stays_unknown(tmp_path):
    """It is empty, not nought."""
    blank = {"input": 1, "output": 1, "cache_read": 0, "cache_write": 0, "cost": None}
    (row,) = rows([experiment(tmp_path / "x", [record("pass", usage={"agent": blank})])])
    assert (row["tokens_agent"], row["cost_agent"]) == (2, None)


def test_all_text_can_be_written(past):
    """Half a surrogate pair, which no file takes, is spelled out."""
    reason = str(rows([past])[4]["reason"])
    assert "⟦U+D800⟧" in reason
    assert reason.encode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "\n@", "\r", "\uff1d"])
def test_no_formula(tmp_path, start):
    """What a model wrote is text to a spreadsheet, whatever it begins with."""
    past = experiment(tmp_path / "x", [record("fail", reason=f"{start}1+1", source="-x")])
    write_csv([past], tmp_path / "x.csv")
    (row,) = cells(tmp_path / "x.csv")
    assert row["reason"].startswith("'")
    assert row["reason"].endswith("1+1")
    assert row["source"] == "'-x"


def test_the_csv_is_the_table(past, tmp_path):
    """Every row comes back; hostile text stays in its cell, with nothing invisible in it."""
    file = tmp_path / "x.csv"
    write_csv([past], file)
    table = cells(file)
    assert [row["outcome"] for row in table] == ["pass", "fail", "undecided", "void", "fail"]
    assert table[4]["reason"].startswith("'=HYPERLINK(0)⟦U+0000⟧⟦U+001B⟧[31m<b>&⟦U+202E⟧")
    assert table[4]["reason"].endswith("\nsecond ⟦U+D800⟧ line")
    assert (table[0]["score"], table[2]["score"]) == ("0.85", "")
    assert b"\x00" not in file.read_bytes()


def test_numbers_are_no_formula(tmp_path):
    """A negative number is a number."""
    past = experiment(tmp_path / "x", [record("fail", score=-0.5)])
    write_csv([past], tmp_path / "x.csv")
    assert cells(tmp_path / "x.csv")[0]["score"] == "-0.5"


def test_no_runs(tmp_path):
    """An experiment without runs has no rows, and its file no line but an empty one."""
    past = experiment(tmp_path / "x")
    write_csv([past], tmp_path / "x.csv")
    assert rows([past]) == cells(tmp_path / "x.csv") == []
