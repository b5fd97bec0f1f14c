"""Memory in huge pages: a process is copied, and ended, by going through its pages, one by one."""

# ruff: noqa: PTH123
# like everything of a supervisor, without pathlib

from __future__ import annotations

import contextlib

from sandbox.isolation import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HUGE = 2 << 20  # bytes
COLLAPSE = 25  # MADV_COLLAPSE, since Linux 6.1


def collapse() -> None:
    """Put what this process has written so far into huge pages, where the kernel can."""
    for start, end in list(_written()):
        for page in range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE):
            with contextlib.suppress(OSError):  # an older kernel, or no such page free: all goes on as it was
                kernel.call("madvise", page, HUGE, COLLAPSE)


def _written() -> Iterator[tuple[int, int]]:
    """The parts of memory that are this process's own and no file's."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            span, access, _, _, file, *_ = line.split()
            if access == "rw-p" and file == "0":
                start, _, end = span.partition("-")
                yield int(start, 16), int(end, 16)
