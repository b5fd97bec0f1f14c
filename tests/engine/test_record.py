"""From verdicts to points and outcome."""

from __future__ import annotations

import pytest

from engine.record import Record, grade
from engine.rubric import Criterion, Rubric, Scale
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
    assert (
        result.reason
        == "got 0 of the 5 points needed; a: never called (t.py:41); b: called too late; unclear: c"
    )


def test_the_reason_says_the_same_thing_once():
    """Criteria that are missed for one reason at one place stand together."""
    verdicts = {"a": failing("no loop", 3), "b": Verdict("pass", ""), "c": failing("no loop", 3)}
    assert (
        grade(verdicts, RUBRIC, Threshold()).reason == "got 2 of the 6 points needed; a, c: no loop (t.py:3)"
    )


def test_the_places_stand_in_the_order_of_the_criteria():
    """One reason at several places names them all; a criterion without a place stands apart."""
    verdicts = {"a": failing("not run", 3), "b": failing("not run"), "c": failing("not run", 7)}
    expected = "got 0 of the 6 points needed; a, c: not run (t.py:3, 7); b: not run"
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


TEN = Scale(1, 10)
SCORED = Rubric(  # 0.6 and 0.4 of 10
    criteria={
        "a": Criterion("a", 6, scale=TEN, passes=6.5),
        "b": Criterion("b", 4, scale=TEN, passes=6.5),
    },
    bands={"GOOD": 6.5, "POOR": 1.0},
)


def scores(a: float | None, b: float | None, **gates: Verdict) -> dict[str, Verdict]:
    """None is an unclear one."""
    own = {"a": a, "b": b}
    return {
        **gates,
        **{
            id: Verdict("unclear", f"{id} is open")
            if score is None
            else Verdict(SCORED.criteria[id].decision(score), f"{id} has {score}", score=score)
            for id, score in own.items()
        },
    }


@pytest.mark.parametrize(
    ("a", "b", "need", "outcome", "got", "band"),
    [
        (8, 5, 6.5, "pass", 6.8, "GOOD"),  # 0.6 * 8 + 0.4 * 5
        (7, 5.75, 6.5, "pass", 6.5, "GOOD"),  # 0.6 * 7 + 0.4 * 5.75
        (7, 5.7, 6.5, "fail", 6.48, "POOR"),  # 0.6 * 7 + 0.4 * 5.7
        (1, 1, 6.5, "fail", 1.0, "POOR"),
        (10, 10, None, "pass", 10.0, "GOOD"),
        (10, 9, None, "fail", 9.6, "GOOD"),  # 0.6 * 10 + 0.4 * 9
        (None, 5, 6.5, "undecided", 2.6, None),  # 0.6 * 1 + 0.4 * 5, and at most 6 + 2 = 8
        (None, 1, 6.5, "fail", 1.0, None),  # at most 6 + 0.4 = 6.4
        (8, None, 5.2, "pass", 5.2, None),  # at least 0.6 * 8 + 0.4 * 1, whatever b is
        (None, None, 1.0, "pass", 1.0, None),  # the bottom of both scales suffices
    ],
)
def test_scores_points_and_outcome(a, b, need, outcome, got, band):
    """A score earns its part; an unclear one lies anywhere on its scale, and leaves the band open."""
    result = grade(scores(a, b), SCORED, Threshold(points=need))
    assert (result.outcome, result.got, result.of, result.band) == (outcome, got, 10, band)


def test_an_open_score_that_changes_nothing_leaves_the_band():
    """A band is certain where the points are, and only there: between 6.4 and 10 it is not."""
    result = grade(scores(10, None), SCORED, Threshold(points=6.4))
    assert (result.outcome, result.got, result.band) == ("pass", 6.4, None)


def test_scores_that_do_not_suffice_say_why():
    """The points got and needed, then each criterion that is not met with what was said of it."""
    result = grade(scores(5, 7), SCORED, Threshold(points=6.5, failure="too_poor"))
    assert (result.failure, result.reason) == ("too_poor", "got 5.8 of the 6.5 points needed; a: a has 5")


def test_what_a_scored_run_hangs_on():
    """An open score is named like any unclear criterion."""
    result = grade(scores(None, 9), SCORED, Threshold(points=6.5))
    assert (result.failure, result.reason) == (None, "hangs on a: a is open")


def test_a_failed_gate_leaves_no_band():
    """Where nothing was scored there is nothing to name, though the bottom of the scales has a band."""
    gate = Verdict("fail", "no JSON", failure="invalid_submission")
    result = grade({"parts": gate}, SCORED, Threshold(points=6.5))
    assert (result.outcome, result.got, result.band) == ("fail", 0.0, None)


def test_an_unclear_gate_leaves_a_scored_pass_undecided():
    """The band is that of the points all the same."""
    result = grade(scores(8, 8, parts=Verdict("unclear", "?")), SCORED, Threshold(points=6.5))
    assert (result.outcome, result.band) == ("undecided", "GOOD")
