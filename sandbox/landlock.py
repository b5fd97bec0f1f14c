"""Level 2: Landlock, a system call filter and limits. For machines where namespaces are forbidden."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.supervised import Supervised


class Landlock(Supervised):
    """The job reads the system, writes its own folder, and has no sockets. Needs Linux 5.13, best 6.12.

    For jobs of root whose interpreter lies in root's home the number of processes is only watched. `devices`
    are files in /dev that jobs may use.
    """

    name = "landlock"
    level = 2
    sockets = False
    weakness = "the disk is bounded file by file, not as a whole"

    def __init__(self, devices: Sequence[str] = ()) -> None:
        super().__init__(devices=devices)
