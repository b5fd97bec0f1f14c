"""Other processes: those of the host, the one that watches, and some that stay behind."""

from __future__ import annotations

import os
import signal
import time

from sandbox.attacks.calls import call
from sandbox.attacks.kept import stay

SEIZE = 0x4206


def kill(place: str) -> None:
    """Send a signal to a process of the host."""
    os.kill(int(place.split(maxsplit=1)[0]), signal.SIGUSR1)


def stop_watcher(_: str) -> None:
    """Stop the process that started it and watches its limits."""
    os.kill(os.getppid(), signal.SIGSTOP)


def trace_child(_: str) -> tuple[int, int]:
    """Take hold of another process as a debugger does, here a child."""
    gate, opener = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(opener)
        stay(gate)
    return opener, call("ptrace", SEIZE, child, 0, 0)


def trace_other(place: str) -> int:
    """Take hold of a process of the host as a debugger does."""
    return call("ptrace", SEIZE, int(place.split(maxsplit=1)[0]), 0, 0)


def daemon(_: str) -> None:
    """Leave a process with a session of its own behind."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 256)
            time.sleep(20)
        os._exit(0)
    os.wait()
