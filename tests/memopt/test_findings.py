"""What a run shows of each technique, by what was told of it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.source import Source
from tests.memopt.parts import part
from tests.memopt.scripted import Events, Run, training

findings, told = part("findings"), part("told").told
SOURCE = Source(
    "x.py",
    "first = 1\nfor x in y:\n    x = 1\n    logits = 1\n    loss = 1\n    total += 1\n    del x\nlast = 1\n",
)


def found(technique: str, events: Events) -> list[str]:
    return [each.verdict for each in findings.FINDERS[technique](told(Run(events).trace, SOURCE))]


def used(technique: str, line: int = 4, heard: bool = True, how: str = "") -> Events:
    facts = {"technique": technique, "lines": [line], "heard": heard, "how": how}
    return [*training(), ("used", facts)]


def changed(events: Events, kind: str, **facts: Any) -> Events:
    return [(each, old | facts if each == kind else old) for each, old in events]


def micro() -> Events:
    """Each batch of two passes row by row, with a step for both."""
    events = training(rows=2)
    keep = [event for event in events if event[0] in ("expected", "loaded")]
    for row in (0, 1):
        keep += [
            ("backward", {"loss": 9.0, "carried": row == 1, "lines": [5]}),
            ("rows", {"rows": [row], "lines": [4]}),
        ]
    return keep + [event for event in events if event[0] == "step"]


@pytest.mark.parametrize("technique", ["amp", "gradient_checkpointing", "sdpa", "compile", "channels_last"])
@pytest.mark.parametrize(("heard", "verdict"), [(True, "pass"), (False, "fail")])
def test_it_counts_where_the_loss_hears_of_it(technique: str, heard: bool, verdict: str) -> None:
    """Beside the training it counts for nothing."""
    assert found(technique, used(technique, heard=heard)) == [verdict]
    assert found(technique, training()) == []


@pytest.mark.parametrize(
    ("technique", "how", "verdict"),
    [
        ("compile", "idle", "fail"),
        ("gradient_checkpointing", "idle", "fail"),
        ("sdpa", "small", "unclear"),
        ("amp", "small", "unclear"),
        ("channels_last", "moved", "unclear"),
        ("optimizer", "nothing", "fail"),
        ("inplace", "nothing", "fail"),
    ],
)
def test_it_must_have_an_effect(technique: str, how: str, verdict: str) -> None:
    """A function that does nothing, gradients that are not there, numbers that stay do not count."""
    assert found(technique, used(technique, how=how)) == [verdict]


def test_a_model_that_is_told_may_not_be_able_to_follow() -> None:
    """It has no parameters of four dimensions."""
    assert found("channels_last", used("channels_last", how="module")) == ["unclear"]
    assert found("channels_last", used("channels_last", how="module", heard=False)) == ["fail"]


def test_gradients_add_up() -> None:
    """Two backward passes over different rows, before a step."""
    assert found("gradient_accumulation", micro()) == ["pass"]


@pytest.mark.parametrize(
    "events",
    [
        training(),
        changed(training(), "backward", carried=True),  # never reset, but a step after each
        changed(micro(), "backward", carried=False),  # reset before each
        changed(micro(), "rows", rows=[0]),  # the same rows twice
    ],
)
def test_gradients_that_do_not_add_up(events: Events) -> None:
    """A step for each backward pass, a reset before each, or the same rows again."""
    assert found("gradient_accumulation", events) == []


def test_without_a_step_nothing_is_known_of_accumulation() -> None:
    """An optimizer that is none of torch's is not seen."""
    assert found("gradient_accumulation", [e for e in micro() if e[0] != "step"])[-1] == "unclear"


@pytest.mark.parametrize("name", ["fused", "foreach"])
def test_an_optimizer_that_was_asked_for(name: str) -> None:
    """It steps with fused or foreach."""
    assert set(found("optimizer", changed(training(), "step", **{name: True}))) == {"pass"}


@pytest.mark.parametrize(("heard", "verdict"), [(True, "pass"), (False, "fail")])
def test_gradients_set_to_none(heard: bool, verdict: str) -> None:
    """Those of the trained parameters."""
    assert found("optimizer", used("optimizer", heard=heard, how="set_to_none=True")) == [verdict]


@pytest.mark.parametrize(
    ("line", "heard", "verdict"),
    [(7, True, "pass"), (7, False, "fail"), (1, True, "fail"), (8, True, "fail")],
)
def test_memory_is_released_in_the_loop_of_the_training(line: int, heard: bool, verdict: str) -> None:
    """Before it, after it, and of other things does not count."""
    assert found("explicit_memory", used("explicit_memory", line, heard, "del")) == [verdict]


def test_a_pinned_loader_feeds_the_training() -> None:
    """One that is only iterated does not count; a tensor pinned by hand may."""
    assert set(found("pin_memory", changed(training(), "loaded", pinned=True))) == {"pass"}
    aside = ("loaded", {"rows": [[0, 1, 2]], "pinned": True, "lines": []})
    assert found("pin_memory", [training()[0], aside, *training()[1:]]) == ["fail"]
    assert found("pin_memory", used("pin_memory", how="by hand", heard=False)) == ["unclear"]


def test_a_batch_in_pieces() -> None:
    """Each smaller than the batch; whole batches are none; what no loader gave cannot be told."""
    assert found("micro_batching", micro()) == ["pass"]
    assert found("micro_batching", training()) == []
    assert found("micro_batching", [e for e in training() if e[0] != "loaded"]) == ["unclear"]


@pytest.mark.parametrize(
    ("how", "line", "heard", "verdict"),
    [
        ("operation", 4, True, "pass"),
        ("layer", 4, True, "pass"),
        ("number", 4, True, "pass"),
        ("number", 6, True, "unclear"),
        ("part", 4, True, "unclear"),
        ("operation", 4, False, "fail"),
    ],
)
def test_what_works_in_place(how: str, line: int, heard: bool, verdict: str) -> None:
    """On tensors of the training; `+=` on a number and a part set anew may be meant or not."""
    assert found("inplace", used("inplace", line, heard, how)) == [verdict]
