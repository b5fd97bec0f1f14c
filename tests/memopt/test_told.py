"""What the recorders told is read with care."""

from __future__ import annotations

from typing import Any

import pytest

from engine.source import Source
from tests.memopt.parts import part
from tests.memopt.scripted import Run, training

SOURCE = Source("x.py", "")


def told(run: Run) -> Any:
    return part("told").told(run.trace, SOURCE)


def test_a_training_is_read_in_its_order() -> None:
    """Rows belong to the backward pass that came back to them, steps to the one that they follow."""
    run = told(Run())
    assert [piece.rows for piece in run.pieces] == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]
    assert [len(backward.steps) for backward in run.backwards] == [1] * 5
    assert run.trained
    assert not run.broken


def test_a_piece_knows_its_batch() -> None:
    """It is the last one given that has one of its rows, whichever was given before and after."""
    loaded = [("loaded", {"rows": [[0, 1], [7]], "pinned": True, "lines": []})]
    early = training(rows=2)[:1] + loaded + training(rows=2)[1:]
    batches = [batch.pinned for batch in told(Run(early)).batches]
    assert batches == [True, False]
    assert told(Run(early)).pieces[0].batch.pinned is False


@pytest.mark.parametrize(
    "event",
    [
        ("expected", {"rows": "abc", "shapes": []}),
        ("expected", {"rows": [1.5], "shapes": []}),
        ("expected", {}),
        ("loaded", {"rows": 3, "pinned": True, "lines": []}),
        ("loaded", {"rows": [[True]], "pinned": True, "lines": []}),
        ("backward", {"loss": "much", "carried": True, "lines": []}),
        ("backward", {"loss": {}, "carried": True, "lines": []}),
        ("rows", {"rows": [1], "lines": []}),
        ("step", {"lr": [1.0], "fused": True, "foreach": True, "lines": []}),
        ("compared", {"loss": 9.0, "alike": 1.0, "where": "head.weight", "sure": True}),
        ("used", {"technique": "amp", "lines": [None], "heard": True, "how": ""}),
        ("used", {"technique": "amp"}),
        ("ended", {}),
        ("end", {"shapes": [[1]], "changed": True, "finite": True, "seed": 0}),
        ("end", {"shapes": 1, "changed": 1, "finite": True, "seed": 0}),
        ("end", {"shapes": [[1]], "changed": 1, "finite": True}),
        ("nobody said so", {}),
    ],
)
def test_what_has_another_form_is_passed_over(event: tuple[str, dict[str, object]]) -> None:
    """It is as if nobody had told of it, and that is remembered."""
    run = told(Run([event]))
    assert run.broken
    assert not run.pieces
    assert not run.uses
    assert run.end is None


def test_truth_must_be_true() -> None:
    """What is only taken for true counts as false."""
    facts = {"technique": "amp", "lines": [], "heard": "yes", "how": ""}
    assert not told(Run([("used", facts)])).uses[0].heard


def test_nothing_told_is_no_training() -> None:
    """Not even that it has ended."""
    run = told(Run([]))
    assert run.how == ""
    assert not run.trained
    assert run.message == "it does not say why"
