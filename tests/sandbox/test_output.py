"""What a job prints, kept up to a limit."""

import os
from collections.abc import Iterator

import pytest

from sandbox.supervisor.output import Output


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_cut_at_the_limit(pipe: tuple[int, int]) -> None:
    """No more than the limit is kept, and what came beyond it shows."""
    output = Output(pipe[0], 4)
    os.write(pipe[1], b"1234")
    assert output.read()
    assert not output.over
    os.write(pipe[1], b"5")
    output.drain()
    assert output.over
    assert output.text() == b"1234"


def test_does_not_wait(pipe: tuple[int, int]) -> None:
    """A writer that is silent but alive holds nobody up."""
    output = Output(pipe[0], 4)
    assert not output.read()
    output.drain()
    assert (output.open, output.text()) == (True, b"")
