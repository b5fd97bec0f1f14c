"""What is counted beside the verdicts."""

from __future__ import annotations

from engine.measures import Measured, measured
from tests.engine.report.test_terminal import printed
from tests.engine.test_summary import record

RUNS = [
    record(
        "pass",
        0,
        measures={"cites": {"cited": 10, "lost": 1, "names": ["Smith 2024"], "note": "x", "ok": True}},
    ),
    record("pass", 1, measures={"cites": {"cited": 20, "lost": 0, "names": []}}),
    record("void", 2),
]


def test_numbers_have_a_mean_and_lists_their_run():
    """Of the runs in which it was measured; words are listed too, yes or no is in the records alone."""
    means = {"cited": 15.0, "lost": 0.5}
    assert measured(RUNS) == {"cites": Measured(2, means, {0: {"names": ["Smith 2024"], "note": ["x"]}})}
    assert measured(RUNS[2:]) == {}


def test_they_are_read_on_the_terminal():
    text = printed(RUNS)
    assert "cites (mean of 2 runs): cited 15, lost 0.5" in text
    assert "run 000 names: Smith 2024" in text
    assert "cites" not in printed(RUNS[2:])
