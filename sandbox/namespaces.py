"""Level 3: namespaces of its own and a system call filter, made with bare system calls."""

from __future__ import annotations

from sandbox.supervised import Supervised


class Namespaces(Supervised):
    """The job sees a read-only system, its own private folders and its own processes, and no network.

    Works for root and for ordinary users, where the kernel (5.12 or newer) lets them make user namespaces.
    """

    name = "namespaces"
    level = 3
