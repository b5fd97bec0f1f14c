"""Records become figures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from engine.record import Record
from engine.rubric import Criterion, Rubric
from engine.summary import Summary, summarize
from engine.threshold import Threshold


def record(outcome: str, run: int = 0, verdicts: dict[str, str] | None = None, **changes: Any) -> Record:
    usage = {"input": 100, "output": 50, "cache_read": 0, "cache_write": 0, "cost": 0.01}
    fields = {
        "run": run,
        "outcome": outcome,
        "failure": None,
        "reason": "",
        "score": None,
        "points": {"got": 0.0, "of": 2.0},
        "verdicts": {
            id: {"verdict": said, "points": 0, "reason": "", "evidence": [], "by": "judge"}
            for id, said in (verdicts or {}).items()
        },
        "source": None,
        "digest": None,
        "model": "m",
        "judge": "j",
        "sandbox": None,
        "usage": {"agent": usage, "judge": usage},
        "seconds": 2.0,
        "started": "2026-01-01T00:00:00.000+00:00",
    }
    return Record(**{**fields, **changes})


def summary_of(records: list[Record], ids: str = "ab", seconds: float = 3.0) -> Summary:
    rubric = Rubric(criteria={id: Criterion(f"it is {id}", 1) for id in ids})
    return summarize(records, Threshold(), rubric, seconds)


RECORDS = [
    record("pass", 0, {"a": "pass", "b": "pass"}),
    record("fail", 1, {"a": "pass", "b": "fail"}, failure="below_threshold"),
    record("fail", 2, failure="no_submission"),
    record("undecided", 3, {"a": "pass", "b": "unclear"}),
    record("void", 4, failure="provider"),
]


def test_the_rate_counts_decided_runs_alone():
    """Void and undecided runs are in no rate; undecided ones widen the interval."""
    summary = summary_of(RECORDS)
    assert summary.rate == pytest.approx(1 / 3)
    assert summary.outcomes == {"pass": 1, "fail": 2, "undecided": 1, "void": 1}
    assert summary.low < 0.25 < 0.5 < summary.high
    assert summary.place == "undecided"
    assert summary.failures == {"below_threshold": 1, "no_submission": 1}
    assert summary.voids == {"provider": 1}


def test_criteria_and_differentiators():
    """A criterion that all get right tells models apart no more than one that all get wrong."""
    summary = summary_of(RECORDS, "abc")
    a, b, c = (summary.criteria[id] for id in "abc")
    assert (a.rate, a.differentiates) == (1.0, False)
    assert (b.passed, b.failed, b.unclear, b.rate, b.differentiates) == (1, 1, 1, 0.5, True)
    assert (c.rate, c.differentiates) == (None, False)


def test_contradictions_are_listed():
    """Where probe and judge said the contrary, the run and the criterion are named."""
    verdict = {"verdict": "unclear", "opinions": {"probe:p": "pass", "judge": "fail"}}
    contradicted = replace(record("undecided", 7), verdicts={"a": verdict})
    assert summary_of([RECORDS[3], contradicted], "a").contradictions == [(7, "a")]


def test_unknown_costs_stay_unknown():
    """One call without a price makes the sum unknown, never too small."""
    blank = {"input": 1, "output": 1, "cache_read": 0, "cache_write": 0, "cost": None}
    records = [record("pass"), record("pass", usage={"agent": blank, "judge": blank})]
    summary = summary_of(records, "")
    assert summary.usage["agent"].cost is None
    assert summary.usage["agent"].tokens == 152


def test_no_runs_at_all():
    """An interrupted experiment has a summary too."""
    summary = summary_of([], "a", 0.0)
    assert (summary.rate, summary.low, summary.high) == (None, 0.0, 1.0)


def test_the_document_is_json():
    """summary.json holds everything the terminal shows."""
    document = json.loads(json.dumps(summary_of(RECORDS).document()))
    assert document["criteria"]["b"]["differentiator"] is True
    assert document["usage"]["judge"]["cost"] == pytest.approx(0.05)
    assert document["why"]["missed"]["b"]["runs"] == [1]
    assert document["why"]["errors"][0]["type"] == "no_submission"
