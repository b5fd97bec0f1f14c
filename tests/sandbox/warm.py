"""The namespaces backend with warm workers, as one more kind of sandbox for the tests of all kinds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sandbox.hostile.scene import marked
from sandbox.namespaces import Namespaces
from sandbox.pool import Forked, Pool

PRELOAD = ("torch", "numpy", "decimal")  # the last one for machines without the others

# Lets a job be found by its mark, which in a copy of a worker does not stand in /proc/PID/environ.
NAMED = """
import contextlib, os
with contextlib.suppress(OSError):
    open('/proc/self/comm', 'w').write(os.environ['MARK'][-15:])
"""


class Sure(Pool):
    """A pool in which every job that may be warm must be."""

    async def supervisor(self, ends: Sequence[int]) -> Forked | None:
        forked = await super().supervisor(ends)
        assert forked is not None
        return forked


class Warm(Namespaces):
    """Takes the workers that the tests of one module share: conftest starts and ends them."""

    shared: Pool | None = None

    def __init__(self) -> None:
        super().__init__()
        self._pool = Warm.shared


def alive(mark: str) -> set[int]:
    """Processes that carry a mark in their environment or are named by the end of it."""
    return marked(mark[-15:]) | {pid for pid in _all() if mark in _read(pid, "environ")}


def children(pid: int) -> set[int]:
    return {other for other in _all() if f"\nPPid:\t{pid}\n" in _read(other, "status")}


def _all() -> set[int]:
    return {int(folder.name) for folder in Path("/proc").glob("[0-9]*")}


def _read(pid: int, name: str) -> str:
    try:
        return (Path("/proc") / str(pid) / name).read_text()
    except OSError:
        return ""
