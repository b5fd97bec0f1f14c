"""What of a script can run, by its syntax tree."""

from __future__ import annotations

from typing import Any

from engine.source import Source
from tests.fsdp.parts import part


def live(text: str) -> Any:
    return part("live").Live(Source("train_fsdp.py", text))


def test_dead_branches_and_unused_functions_are_left_out() -> None:
    """Neither what never runs nor what nobody names."""
    found = live(
        "if False:\n    a()\nelse:\n    b()\nwhile 0:\n    c()\ndef f():\n    d()\ndef g():\n    e()\ng()\n"
    )
    assert [call.name for call in found.calls] == ["b", "g", "e"]


def test_what_follows_a_return_is_left_out() -> None:
    """In a function that runs."""
    found = live("def f():\n    a()\n    return\n    b()\nf()\n")
    assert [call.name for call in found.calls] == ["f", "a"]


def test_calls_in_loops_are_known_through_functions() -> None:
    """A function that is called in a loop is in it."""
    found = live("def epoch(n):\n    sampler.set_epoch(n)\nfor n in range(3):\n    epoch(n)\nend()\n")
    assert found.in_loop(found.named("set_epoch")[0])
    assert not found.in_loop(found.named("end")[0])


def test_tests_on_the_rank_are_seen() -> None:
    """Around a call, or by an early return before it; the main guard is none."""
    text = "if __name__ == '__main__':\n    a()\nif rank == 0:\n    b()\n"
    text += "def f():\n    if rank:\n        return\n    c()\nf()\n"
    found = live(text)
    assert [found.named(name)[0].by_rank() for name in "abc"] == [False, True, True]
