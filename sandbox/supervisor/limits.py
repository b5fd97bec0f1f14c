"""The limits that the kernel holds for each process of a job by itself (rlimits)."""

from __future__ import annotations

import os
import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sandbox.supervisor.order import Order

DESCRIPTORS = 1024
GIB = 1 << 30


def limit(order: Order) -> None:
    """Bind the calling process and all its children to come.

    Memory and processes are only backstops here: both count by process or by user, not by job. Address
    space is granted generously, since interpreters reserve far more than they touch.
    """
    cpu = int(order["seconds"]) * (os.cpu_count() or 1) + 2
    _lower(resource.RLIMIT_CPU, cpu)
    _lower(resource.RLIMIT_AS, 2 * order["memory"] + GIB)
    _lower(resource.RLIMIT_FSIZE, order["disk"])
    _lower(resource.RLIMIT_NPROC, order["processes"])
    _lower(resource.RLIMIT_NOFILE, DESCRIPTORS)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (bound, bound))
