"""The limits that the kernel holds for each process of a job by itself (rlimits)."""

# ruff: noqa: PTH123
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import os
import resource
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sandbox.supervisor.order import Order

DESCRIPTORS = 256  # bounds what may lie unread in sockets, which no memory count shows
GIB = 1 << 30


def limit(order: Order, alone: bool) -> None:
    """Bind the calling process and all its children to come.

    Processes are counted by user: exact for a job that is `alone` as its user, else only a backstop that
    allows for all others on the machine. Address space is a backstop too, and granted generously, since
    interpreters reserve far more than they touch, and on top of what this process was born with.
    """
    cpu = int(order["seconds"]) * (os.cpu_count() or 1) + 2
    _lower(resource.RLIMIT_CPU, cpu)
    if not order["devices"]:  # the driver of a GPU reserves address space for all the memory of the machine
        _lower(resource.RLIMIT_AS, 2 * order["memory"] + GIB + _mapped())
    _lower(resource.RLIMIT_FSIZE, order["disk"])
    _lower(resource.RLIMIT_NPROC, order["processes"] + (0 if alone else _tasks()))
    _lower(resource.RLIMIT_NOFILE, DESCRIPTORS)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (bound, bound))
    except ValueError:
        if sys.platform == "linux":  # elsewhere not every limit can be set
            raise


def _mapped() -> int:
    """Address space that this process has, where that can be known."""
    try:
        with open("/proc/self/statm", encoding="utf-8") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _tasks() -> int:
    """Threads on this machine, 1024 where that cannot be known."""
    try:
        with open("/proc/loadavg", encoding="utf-8") as file:
            return int(file.read().split()[3].split("/")[1])
    except OSError:
        return 1024
