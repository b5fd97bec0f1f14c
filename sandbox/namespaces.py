"""Level 3: namespaces of its own and a system call filter, made with bare system calls."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.pool import Pool
from sandbox.supervised import Supervised


class Namespaces(Supervised):
    """The job sees a read-only system, its own private folders and its own processes, and no network.

    Works for root and for ordinary users, where the kernel (5.12 or newer) lets them make user namespaces.
    Python jobs are run by copies of processes that have imported the modules `preload`, where there are any.
    `devices` are files in /dev that jobs may use.
    """

    name = "namespaces"
    level = 3

    def __init__(self, preload: Sequence[str] = (), devices: Sequence[str] = ()) -> None:
        super().__init__(Pool(preload) if preload else None, devices)
