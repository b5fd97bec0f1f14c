"""What the programs of a workspace print."""

from __future__ import annotations

import os
import time

from sandbox.workspace.output import KEPT, Output


def test_taken_once() -> None:
    """What was printed is had once; what comes later, later."""
    output = Output()
    os.write(output.writing, b"one")
    assert output.take() == "one"
    os.write(output.writing, "zwölf".encode())
    assert (output.take(), output.take()) == ("zwölf", "")


def test_beginning_and_end_are_kept() -> None:
    """However much comes, the memory for it is bounded, and both ends are there."""
    output = Output()
    for part in (b"first", *[b"x" * 60_000] * 20, b"last"):
        os.write(output.writing, part)
        output.read()
    text = output.take()
    assert (text[:5], text[-4:], len(text)) == ("first", "last", 2 * KEPT)


def test_following_to_the_end() -> None:
    """A program is followed until it has ended, and what it printed meanwhile is read."""
    output, looks = Output(), iter([False, False, True])
    os.write(output.writing, b"said")
    assert output.follow(10, lambda: next(looks))
    assert output.take() == "said"


def test_following_for_a_time() -> None:
    """One that does not end is given up when its time is over."""
    began = time.monotonic()
    assert not Output().follow(0.05, lambda: False)
    assert time.monotonic() - began < 5
