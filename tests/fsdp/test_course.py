"""How the launches went: which trouble is told, and whether the script was cut short by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fsdp.parts import part
from tests.fsdp.scripted import Change, Events, launches, same

CLOSED = "RuntimeError: Connection closed by peer [127.0.0.1]:1"


def course(change: Change = same, **others: Any) -> Any:
    return part("course").Course.of(launches(change, **others))


def failing(message: str, line: int, other: str) -> Change:
    """Rank 1 ends with this error, rank 0 with what follows from it."""

    def change(rank: int, nodes: bool, events: Events) -> Events:
        facts = {"how": "error", "message": message if rank else other, "line": line}
        return [*events[:4], ("ended", facts)]

    return change


def test_nothing_is_wrong() -> None:
    """With launches that end as they should."""
    assert (course().trouble, course().cut) == (None, False)


def test_the_error_that_came_first_is_told() -> None:
    """Not the one that another process has because of it."""
    found = course(failing("ValueError: no", 7, CLOSED))
    assert (found.trouble.reason, found.trouble.line, found.cut) == ("rank 1: ValueError: no", 7, True)


def test_an_error_that_the_script_means_cuts_nothing() -> None:
    """What it raises itself is its end."""
    text = "import sys\nraise ValueError('no')\n"
    found = course(failing("ValueError: no", 2, "ValueError: no"), text=text)
    assert (found.cut, found.trouble.verdict) == (False, "fail")


@pytest.mark.parametrize(("ended", "cut"), [("deadlock", True), ("timeout", True), ("memory", False)])
def test_a_launch_that_was_ended(ended: str, cut: bool) -> None:
    """Whoever waits in vain might have gone on; who asks for too much might not."""
    found = course(ended=ended)
    assert (found.cut, found.trouble.verdict) == (cut, "fail")


def test_an_end_by_a_signal_is_trouble() -> None:
    """And named."""
    assert course(code=-11).trouble.reason == "rank 0 ended with -11"
