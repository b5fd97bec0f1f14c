"""Events of a watched process: sent whole, and by that process alone."""

from __future__ import annotations

import json
import os

from sandbox.watched.script import teller


def lines(reading: int) -> list[str]:
    with os.fdopen(reading) as file:
        return file.read().splitlines()


def test_an_event_is_a_line_with_its_token():
    """Kind and facts as JSON, whatever stands in them."""
    reading, writing = os.pipe()
    teller(writing, "token")("kind", text="two\nlines \ud800", number=float("nan"))
    os.close(writing)
    (line,) = lines(reading)
    assert line.startswith("token[")
    assert json.loads(line.removeprefix("token"))[1]["text"] == "two\nlines \ud800"


def test_a_child_is_silent():
    """A data loader's worker has the same recorders, and is not the process that is watched."""
    reading, writing = os.pipe()
    note = teller(writing, "token")
    if (child := os.fork()) == 0:
        note("kind")
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    assert lines(reading) == []
