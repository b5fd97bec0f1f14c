"""Level 1: a process with limits of its own. Keeps accidents apart, holds back no attacker."""

from __future__ import annotations

from sandbox.supervised import Supervised


class Subprocess(Supervised):
    """Bounds time, memory, output and processes, and kills what is left. Hides and protects nothing."""

    name = "subprocess"
    level = 1
    weakness = (
        "code in it can read your files and keys, change them, use the network and reach your other "
        "processes; only time, memory, processes and output are bounded"
    )
