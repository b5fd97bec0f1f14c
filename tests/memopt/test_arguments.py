"""Whether a second run with other arguments shows that they are heeded."""

from __future__ import annotations

from typing import Any

import pytest

from engine.source import Source
from tests.memopt.parts import part
from tests.memopt.scripted import OTHER_SHAPES, SHAPES, Events, Run, ended, other_training, training

SOURCE = Source("x.py", "")
GOOD: dict[str, Any] = {
    "rows": 12,
    "epochs": 2,
    "batch": 4,
    "rate": 0.00123,
    "shapes": OTHER_SHAPES,
    "seed": 5,
}


def ignored(other: Run, plain: Events | None = None) -> str:
    first, second = (part("told").told(run.trace, SOURCE) for run in (Run(plain or training()), other))
    fault = part("arguments").ignored(first, other.trace, second)
    return fault.reason if fault else ""


def test_all_are_heeded() -> None:
    """Nothing is to be said then."""
    assert ignored(Run(other_training())) == ""


@pytest.mark.parametrize(
    ("argument", "changes"),
    [
        ("--num-samples", {"rows": 10, "asked": 12}),
        ("--epochs", {"epochs": 1}),
        ("--batch-size", {"batch": 2}),
        ("--batch-size", {"batch": 8}),
        ("--model-size", {"shapes": SHAPES}),
        ("--lr", {"rate": 0.1}),
    ],
)
def test_one_that_makes_no_difference_is_named(argument: str, changes: dict[str, Any]) -> None:
    """The run is then as if it had not been said."""
    assert ignored(Run(training(**GOOD | changes))) == f"{argument} is ignored"


def foreign(seed: int) -> Events:
    """The second run, with rows that its seed does not make."""
    changes = {"expected": {"rows": [*range(100, 112)]}}
    return [(kind, facts | changes.get(kind, {})) for kind, facts in training(**GOOD | {"seed": seed})]


@pytest.mark.parametrize(("seed", "said"), [(0, "--seed is ignored"), (5, "")])
def test_a_seed_is_ignored_where_it_makes_neither_data_nor_weights(seed: int, said: str) -> None:
    """One of the two is enough."""
    assert ignored(Run(foreign(seed))) == said


def test_rows_that_the_first_run_passed_at_once() -> None:
    """More than it was told to."""
    assert ignored(Run(other_training()), training(batch=5)) == "--batch-size is ignored"


def test_an_argument_that_is_not_taken() -> None:
    """The parser's own words."""
    assert "unrecognized: --lr" in ignored(Run([ended("exit")], 2, stderr="usage\nerror: unrecognized: --lr"))


@pytest.mark.parametrize("events", [[], [ended("error", message="x")], training()[:-2]])
def test_a_second_run_that_breaks_off_tells_nothing(events: Events) -> None:
    """The contract speaks of the first."""
    assert ignored(Run(events, 1)) == ""
