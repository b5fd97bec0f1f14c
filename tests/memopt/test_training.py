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
        (broken("step", pushed=False), "no gradient has a part"),
        (broken("end", finite=False), "not finite"),
        (broken("backward", loss=float("nan")), "not finite"),
    ],
)
def test_what_is_missing_of_a_training(events: Events, words: str) -> None:
    """Too few rows, too many, others; other parameters, none that change, none that are numbers."""
    assert words in fault(Run(events)).reason


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
