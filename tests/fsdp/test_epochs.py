"""The epochs of a training, out of what a process tells."""

from __future__ import annotations

from typing import Any

from engine.trace import Event, Process
from tests.fsdp.parts import part
from tests.fsdp.scripted import Events, reading

VALIDATION = {"loader": 7, "of": 8, "distributed": False, "sampler": "SequentialSampler"}


def epochs(*events: tuple[str, dict[str, Any]]) -> Any:
    told = tuple(Event(kind, facts) for kind, facts in events)
    return part("epochs").epochs(Process(0, told, 0, "", ""))


def looked_at() -> Events:
    return [("epoch", VALIDATION), ("batch", {"loader": 7, "rows": [99]})]


def test_an_epoch_has_its_batches_and_losses() -> None:
    """In their order, and what set_epoch was given before."""
    first, second = epochs(*reading(0, 0), *reading(0, 1))
    assert (first.told, second.told) == (0, 1)
    assert first.batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert len(first.losses) == 3


def test_what_only_looks_on_is_no_epoch() -> None:
    """A validation after the epoch, or in the middle of it."""
    events = reading(0, 0)
    assert len(epochs(*events, *looked_at())) == 1
    (epoch,) = epochs(*events[:6], *looked_at(), *events[6:])
    assert [99] not in epoch.batches
    assert len(epoch.batches) == 3


def test_where_nothing_trains_all_count() -> None:
    """So that what a script reads can be judged though it stopped there."""
    assert len(epochs(*looked_at(), *looked_at())) == 2


def test_set_epoch_is_for_a_sampler() -> None:
    """That of another loader is not told, unless the loader has none that could be."""
    events = reading(0, 1)
    other = [("set_epoch", {"of": 9, "epoch": 5}), *events[1:]]
    assert epochs(*other)[0].told is None
    plain = [(kind, facts | {"distributed": False} if kind == "epoch" else facts) for kind, facts in other]
    assert epochs(*plain)[0].told == 5
