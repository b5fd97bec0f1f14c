"""Why runs failed."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from engine.failures import Group, Why, why
from engine.record import Record, grade
from engine.rubric import Criterion, Rubric
from engine.threshold import Threshold
from engine.verdict import Evidence, Verdict
from tests.engine.test_summary import record

CRITERIA = {"a": Criterion("it is a", 1), "b": Criterion("it is b", 1)}
HOLDS = Verdict("pass", "")


def fails(reason: str, line: int | None = None, failure: str | None = None) -> Verdict:
    return Verdict("fail", reason, (Evidence("x", "t.py", line),), "probe:p", failure)


def failed(run: int, **verdicts: Verdict) -> Record:
    """A run that did not meet these; the criteria that are not named hold, unless a gate failed."""
    all_of_them = verdicts if "execution" in verdicts else {"a": HOLDS, "b": HOLDS} | verdicts
    result = grade(all_of_them, Rubric(criteria=CRITERIA), Threshold())
    told = {id: asdict(verdict) for id, verdict in all_of_them.items()}
    points = {"got": result.got, "of": result.of}
    blank = record("fail", run, failure=result.failure, reason=result.reason, points=points)
    return replace(blank, verdicts=told)


def why_of(*records: Record, need: float | None = None) -> Why:
    return why(records, Threshold(points=need), CRITERIA)


def test_reasons_of_a_criterion():
    """The most frequent first, each with its runs and the place of the first."""
    missed = why_of(
        failed(0, a=fails("too late", 5)),
        failed(1, a=fails("never called", 7)),
        failed(2, a=fails("never called", 9)),
    ).missed["a"]
    assert missed.runs == (0, 1, 2)
    assert missed.reasons == (
        Group("never called", (1, 2), "t.py:7"),
        Group("too late", (0,), "t.py:5"),
    )


def test_the_criterion_that_costs_most_comes_first():
    """Criteria are in the order of the runs that missed them; one that all met is not named."""
    runs = [failed(0, b=fails("x")), failed(1, b=fails("x"))]
    assert list(why_of(*runs).missed) == ["b"]
    assert list(why_of(failed(2, a=fails("x")), *runs).missed) == ["b", "a"]


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("keeps 0.95 of 4 tokens", "keeps 1 of 4 tokens", "keeps … of 4 tokens"),
        ("name 'f' is not defined", "name 'g_2' is not defined", "name … is not defined"),
        ("<object at 0x7fb8b14a>", "<object at 0x55d0>", "<object at …>"),
        ("shapes 2x128 and 64x64", "shapes 2x128 and 32x32", "shapes 2x128 and …x…"),
        ("it can't be 3, so it isn't", "it can't be 4, so it isn't", "it can't be …, so it isn't"),
        ("a \n b", "a b", "a b"),
    ],
)
def test_reasons_that_are_one(one, other, common):
    """Numbers, quoted names, addresses and line ends make no other reason of it."""
    (group,) = why_of(failed(0, a=fails(one)), failed(1, a=fails(other))).missed["a"].reasons
    assert (group.text, group.runs) == (common, (0, 1))


def test_reasons_that_are_two():
    """Other words are another reason, and so are the same words about another criterion."""
    told = why_of(failed(0, a=fails("not 'x'"), b=fails("not 'x'")), failed(1, a=fails("no 'x'")))
    assert [len(told.missed[id].reasons) for id in "ab"] == [2, 1]


def test_what_failed_for_one_criterion_alone():
    """Runs that would have passed with it, by the threshold of the experiment."""
    runs = [failed(0, a=fails("x")), failed(1, a=fails("x"), b=fails("y"))]
    assert why_of(*runs).missed["a"].alone == (0,)
    assert why_of(*runs, need=1).missed["b"].alone == (1,)


@pytest.mark.parametrize(
    ("reason", "kind", "message"),
    [
        ("NameError: name 'F' is not defined", "NameError", "name 'F' is not defined"),
        ("rank 1 stops: torch.distributed.DistBackendError: timed out", "DistBackendError", "timed out"),
        ("Traceback:\n  File 't.py', line 3\nValueError: a: KeyError: b", "ValueError", "a: KeyError: b"),
        ("ImportError: x\nAnother came of it:\nAssertionError", "AssertionError", ""),
        ("KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("logits have the wrong shape", "runtime_error", "logits have the wrong shape"),
        ("it answers nonsense (TypeError)", "runtime_error", "it answers nonsense (TypeError)"),
    ],
)
def test_an_error_of_a_gate(reason, kind, message):
    """Type and message of the exception that it tells of, else what the failure is called."""
    (error,) = why_of(failed(4, execution=fails(reason, 12, "runtime_error"))).errors
    assert (error.type, error.text, error.runs, error.place) == (kind, message, (4,), "t.py:12")
    assert error.told_by == ("execution",)


def test_errors_that_are_one():
    """An error is one whoever tells of it; a run counts once; its criterion tells no other reason."""
    told = why_of(
        failed(0, a=fails("KeyError: 'x'", 1), b=fails("rank 1: KeyError: 'x'", 2)),
        failed(1, execution=fails("KeyError: 'y'", 3)),
        failed(2, execution=fails("IndexError: 'y'")),
    )
    assert [(error.type, error.text, error.runs) for error in told.errors] == [
        ("KeyError", "…", (0, 1)),
        ("IndexError", "'y'", (2,)),
    ]
    assert told.errors[0].told_by == ("a", "b", "execution")
    assert (told.missed["a"].runs, told.missed["a"].reasons) == ((0,), ())


def test_a_run_without_verdicts_speaks_for_itself():
    """What kept an agent from handing something in is an error too."""
    (error,) = why_of(record("fail", 3, failure="no_submission", reason="20 turns were taken")).errors
    assert (error.type, error.text, error.runs) == ("no_submission", "20 turns were taken", (3,))


def test_other_outcomes_are_left_out():
    """What an undecided, void or passed run missed has not made it fail."""
    others = [record(outcome, 0, {"a": "fail"}) for outcome in ("pass", "undecided", "void")]
    assert why_of(*others) == Why({}, ())


def test_texts_of_others_are_visible_and_bounded():
    """They go to summary.json and the terminal: no control characters, no lone surrogates, no megabytes."""
    (group,) = why_of(failed(0, a=fails("\ud800\x1b[2J" + "x" * 10_000))).missed["a"].reasons
    assert group.text.startswith("⟦U+D800⟧⟦U+001B⟧[2Jxx")
    assert len(group.text) <= 1000
