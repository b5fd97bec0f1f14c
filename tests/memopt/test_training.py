"""Whether a run came to a good end and trained what it should."""

from __future__ import annotations

from typing import Any

import pytest

from engine.source import Source
from tests.memopt.parts import part
from tests.memopt.scripted import Events, Run, ended, training, without

told, CONTRACT = part("told").told, part("script").CONTRACT
faults = part("training")


def fault(run: Run) -> Any:
    known = told(run.trace, Source("x.py", ""))
    return faults.ended(run.trace, known) or faults.untrained(run.trace, known, CONTRACT)


def test_a_good_run_has_no_fault() -> None:
    """It ends, and the rows, parameters and losses are as they should be."""
    assert fault(Run()) is None
    assert fault(Run([*training()[:-2], ended("exit", line=9), training()[-1]])) is None


@pytest.mark.parametrize(
    ("run", "failure", "words"),
    [
        (Run(ended="timeout"), "timeout", "120 s"),
        (Run(ended="deadlock"), "timeout", "nothing moves"),
        (Run(ended="memory"), "runtime_error", "memory"),
        (
            Run([ended("error", message="ValueError: no\n", line=7)], 1),
            "runtime_error",
            "ValueError: no",
        ),
        (Run([ended("error", message=["?"], line="7")], 1), "runtime_error", "?"),
        (Run([ended("exit")], 2, stderr="usage: x\nx: error: bad\n"), "runtime_error", "x: error: bad"),
        (Run(training()[:-2]), "runtime_error", "in the middle"),
        (Run(training()[:-2], code=None), "runtime_error", "code None"),
    ],
)
def test_a_bad_end(run: Run, failure: str, words: str) -> None:
    """It is called a timeout or an error, and says what the interpreter said."""
    assert fault(run).failure == failure
    assert words in fault(run).reason


def broken(kind: str, **facts: Any) -> Events:
    return [(each, old | facts if each == kind else old) for each, old in training()]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (without(training(), "rows"), "no sample"),
        (without(training(), "backward"), "no sample"),
        (training(rows=6, asked=10), "6 rows"),
        (training(epochs=2), "20 rows, 10 different"),
        (broken("expected", rows=[*range(1, 11)]), "1 of them not from the data"),
        (training()[:-1], "not told"),
        (broken("end", shapes=[[8192, 4], [5]]), "not those of the model"),
        (broken("end", shapes=[[8192, 4]]), "not those of the model"),
        (broken("end", changed=0), "changes no parameter"),
        (broken("step", pushed=False), "do not follow"),
        (broken("end", finite=False), "not finite"),
        (broken("backward", loss=float("nan")), "not finite"),
    ],
)
def test_what_is_missing_of_a_training(events: Events, words: str) -> None:
    """Too few rows, too many, others; other parameters, none that change, none that are numbers."""
    assert words in fault(Run(events)).reason


@pytest.mark.parametrize(
    ("alike", "kept", "sure"),
    [
        (0.98, True, True),
        (0.7, False, False),
        (0.1, False, True),
        (-0.3, False, True),
        (float("nan"), True, True),
    ],
)
def test_gradients_are_those_of_the_given_model(alike: float, kept: bool, sure: bool) -> None:
    """Alike but for rounding; where only a part of the tokens may be missing it stays open."""
    found = fault(Run(training(alike=alike)))
    assert (found is None) is kept
    assert kept or (found.sure, "head.weight" in found.reason) == (sure, True)


def test_parameters_of_other_names_leave_it_open() -> None:
    """They may have been taken for one another."""
    facts = {"loss": 9.0, "alike": 0.1, "where": "head.weight", "sure": False}
    assert not fault(Run(broken("compared", **facts))).sure


def test_without_a_comparison_nothing_is_held_against_it() -> None:
    """As where the parameters are not found by the names of the given model."""
    assert fault(Run(without(training(), "compared"))) is None


@pytest.mark.parametrize(
    ("stdout", "sure"),
    [("loss 9.02", None), ("loss 8.6", None), ("loss 0.5", True), ("took 0.03 s", True), ("sum 45.1", False)],
)
def test_the_number_that_is_printed_is_the_loss(stdout: str, sure: bool | None) -> None:
    """Near the losses of the run; a sum of them is no mean, but may be meant for one."""
    found = fault(Run(stdout=stdout))
    assert (found and found.sure) is sure


@pytest.mark.parametrize(("loss", "stdout"), [(4.5, "loss 4.5"), (1.1, "loss 1.1"), (9.0, "loss 18.1")])
def test_the_loss_of_pieces_may_be_printed(loss: float, stdout: str) -> None:
    """As it was divided, by whatever, or summed over those that go into a step."""
    steps = [number for number, event in enumerate(training()) if event[0] == "step"]
    events = [event for number, event in enumerate(broken("backward", loss=loss)) if number not in steps[::2]]
    assert fault(Run(events, stdout=stdout)) is None


def test_projections_may_be_split() -> None:
    """The architecture is the same with three small ones as with one that is three times as high."""
    split = [[8000, 4], [192, 4], [1], [3]]
    assert fault(Run(broken("end", shapes=split))) is None


@pytest.mark.parametrize(
    ("stdout", "stderr", "said"),
    [
        ("", "", False),
        ("epoch 1 done", "", False),
        ("loss nan", "", False),
        ("loss: 9.01", "", True),
        ("", "INFO loss=9.01e+00", True),
        ("v2.13.0", "", False),
    ],
)
def test_the_loss_is_printed(stdout: str, stderr: str, said: bool) -> None:
    """A number a line and epoch, on whichever output."""
    assert (fault(Run(stdout=stdout, stderr=stderr)) is None) is said
