"""From verdicts to points and outcome."""

from __future__ import annotations

import pytest

from engine.record import Record, grade
from engine.rubric import Criterion, Rubric
from engine.threshold import Threshold
from engine.verdict import Evidence, Verdict

CRITERIA = {"a": Criterion("a", 1), "b": Criterion("b", 2), "c": Criterion("c", 3)}
RUBRIC = Rubric(criteria=CRITERIA)


def said(decisions: str, **gates: Verdict) -> dict[str, Verdict]:
    words = {"p": "pass", "f": "fail", "u": "unclear"}
    return {**gates, **{id: Verdict(words[letter], "") for id, letter in zip("abc", decisions, strict=True)}}


@pytest.mark.parametrize(
    ("decisions", "need", "outcome", "got"),
    [
        ("ppp", None, "pass", 6),
        ("ppf", None, "fail", 3),
        ("ppu", None, "undecided", 3),
        ("fpu", None, "fail", 2),
        ("fpp", 5, "pass", 5),
        ("upp", 5, "pass", 5),
        ("fpu", 5, "undecided", 2),
        ("fuf", 3, "fail", 0),
        ("uuu", 1, "undecided", 0),
    ],
)
def test_points_and_outcome(decisions, need, outcome, got):
    """All points are needed unless a threshold says less; unclear points are never guessed."""
    result = grade(said(decisions), RUBRIC, Threshold(points=need, failure="too_few"))
    assert (result.outcome, result.got, result.of) == (outcome, got, 6)
    assert result.failure == ("too_few" if outcome == "fail" else None)


def test_tenths_add_up():
    """Eight of ten criteria worth 0.1 reach 0.8, and what is open is not lost to rounding."""
    tenths = {str(number): Criterion("it is", 0.1) for number in range(10)}
    verdicts = {id: Verdict("pass" if int(id) < 8 else "fail", "") for id in tenths}
    assert grade(verdicts, Rubric(criteria=tenths), Threshold(points=0.8)).outcome == "pass"
    odd = {"a": Criterion("a", 0.7), "b": Criterion("b", 0.4), "c": Criterion("c", 0.7)}
    assert grade(said("upu"), Rubric(criteria=odd), Threshold()).outcome == "undecided"


def test_a_failed_gate_names_the_failure():
    """A gate that failed ends it, with its own word for the failure."""
    gate = Verdict("fail", "it crashed", failure="runtime_error")
    result = grade({"execution": gate}, RUBRIC, Threshold())
    assert (result.outcome, result.failure, result.got) == ("fail", "runtime_error", 0)
    assert "it crashed" in result.reason


def test_an_unclear_gate_leaves_a_pass_undecided():
    """What did not surely run has not surely passed; it can still fail."""
    gate = Verdict("unclear", "flaky")
    assert grade(said("ppp", execution=gate), RUBRIC, Threshold()).outcome == "undecided"
    assert grade(said("ffp", execution=gate), RUBRIC, Threshold()).outcome == "fail"


def failing(reason: str, line: int | None = None) -> Verdict:
    return Verdict("fail", reason, (Evidence("measured"), Evidence("x = 1", "t.py", line)))


def test_the_reason_says_why_and_where():
    """Each missed criterion with what its grader found and the line; unclear ones are named apart."""
    verdicts = {
        "a": failing("never\n  called.", 41),
        "b": failing("called too late"),
        "c": Verdict("unclear", "?"),
    }
    result = grade(verdicts, RUBRIC, Threshold(points=5))
    assert result.reason == "0 of 5 points needed; a: never called (t.py:41); b: called too late; unclear: c"


def test_the_reason_says_the_same_thing_once():
    """Criteria that are missed for one reason at one place stand together."""
    verdicts = {"a": failing("no loop", 3), "b": Verdict("pass", ""), "c": failing("no loop", 3)}
    assert grade(verdicts, RUBRIC, Threshold()).reason == "2 of 6 points needed; a, c: no loop (t.py:3)"


def test_the_places_stand_in_the_order_of_the_criteria():
    """One reason at several places names them all; a criterion without a place stands apart."""
    verdicts = {"a": failing("not run", 3), "b": failing("not run"), "c": failing("not run", 7)}
    expected = "0 of 6 points needed; a, c: not run (t.py:3, 7); b: not run"
    assert grade(verdicts, RUBRIC, Threshold()).reason == expected


def test_what_a_run_hangs_on():
    """An undecided run names its unclear criteria, and why they are."""
    verdicts = said("pfp") | {"c": Verdict("unclear", "nobody saw it run")}
    assert grade(verdicts, RUBRIC, Threshold(points=4)).reason == "hangs on c: nobody saw it run"


def test_a_line_is_read_back():
    """A record survives being written and read, with fields that a newer engine added."""
    usage = {"input": 1, "output": 2, "cache_read": 0, "cache_write": 0, "cost": None}
    record = Record(
        run=3, outcome="void", failure="provider", reason="x\n\ud800", score=None, points={"got": 0, "of": 6},
        verdicts={}, source=None, digest=None, model="m", judge=None, sandbox=None,
        usage={"agent": usage}, seconds=1.5, started="2026-01-01T00:00:00.000+00:00",
    )  # fmt: skip
    line = record.line()
    assert line.count(b"\n") == 1
    assert Record.parse(line.rstrip()[:-1] + b', "later": 1}') == record
    assert record.usage_of("agent").cost is None
