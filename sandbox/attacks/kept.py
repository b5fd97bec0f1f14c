"""Children that stay, so that what they got hold of can be looked at from outside."""

from __future__ import annotations

import os
from collections.abc import Callable


def kept(work: Callable[[], object], count: int = 1) -> int:
    """Have so many children do some work, and wait until all have done it.

    They end with the calling process, at whose end what is returned here closes. Where only some can be had,
    that is an OSError, and those stay.
    """
    (gate, opener), (done, doing) = os.pipe(), os.pipe()
    for _ in range(count):
        if os.fork() == 0:
            os.close(opener)
            _be(work, gate, doing)
    os.close(doing)
    os.read(done, 1)
    return opener


def stay(gate: int) -> None:
    """In a child: wait for the end of the parent, and end."""
    try:
        os.read(gate, 1)
    finally:
        os._exit(0)


def _be(work: Callable[[], object], gate: int, doing: int) -> None:
    try:
        got = work()  # held until the end
        os.close(doing)
        os.read(gate, 1)
        del got
    finally:
        os._exit(0)
