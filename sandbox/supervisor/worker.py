"""A warm worker: a process that has imported what jobs need and forks a supervisor for each of them.

    worker           has the modules and no order, ever: nothing of one job can be found by the next
    └─ supervisor    a copy, without the worker's descriptors; from here on all is as without a worker
       └─ ... job    a copy of that, isolated, in which the program is run

On its socket it gets messages of two descriptors, a supervisor's control and channel, and answers each with
the supervisor's process id. When the engine goes, the socket ends and so does the worker; its supervisors
listen to the engine themselves.
"""

# ruff: noqa: PTH208
# like everything of a supervisor, without pathlib

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import sys
import weakref

# Loaded for the supervisors to come: after the fork each import would cost every job its time.
from sandbox.isolation import namespaces  # noqa: F401
from sandbox.supervisor import pages, program, watch  # noqa: F401
from sandbox.supervisor.launcher import supervise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

READY = b"ready"
NUMBER = 4  # bytes of a process id
LAST = os.sysconf("SC_OPEN_MAX")


def serve(control: int, names: list[str]) -> NoReturn:
    """Import modules, then fork at request until the engine is gone."""
    try:
        with socket.socket(fileno=control) as engine:
            del sys.path[0]  # this package's own folder
            if _imported(names, engine):
                _freeze()
                engine.send(READY)
                while _serve_one(engine):
                    pass
    finally:
        os._exit(0)


def _imported(names: list[str], engine: socket.socket) -> bool:
    """Whether any of the modules could be imported; those that are not installed are left out."""
    found = False
    for name in names:
        if select.select([engine], [], [], 0)[0]:  # the engine has nothing to say yet, so it is gone
            return False
        try:
            importlib.import_module(name)
            found = True
        except ImportError:
            continue
    return found


def _freeze() -> None:
    """Keep the pages of what was loaded from being written to, and so copied, by the forks.

    Neither do collections go through it, nor is it taken apart at the end of a job.
    """
    for finalizer in list(weakref.finalize._registry):  # type: ignore[attr-defined]  # there is no other way to them
        finalizer.atexit = False
    gc.collect()
    gc.freeze()
    pages.collapse()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the supervisors


def _serve_one(engine: socket.socket) -> bool:
    """Fork one supervisor. False where there is nobody to fork for, or where forking would not be safe."""
    _, ends, _, _ = socket.recv_fds(engine, 1, 2)
    if len(ends) != 2 or len(os.listdir("/proc/self/task")) != 1:
        return False
    pid = os.fork()
    if pid == 0:
        _become_supervisor(engine, *ends)
    for end in ends:
        os.close(end)
    engine.send(pid.to_bytes(NUMBER, "big"))
    return True


def _become_supervisor(engine: socket.socket, control: int, channel: int) -> NoReturn:
    try:
        engine.close()
        first, second = sorted((control, channel))
        os.closerange(3, first)
        os.closerange(first + 1, second)
        os.closerange(second + 1, LAST)
        supervise(control, channel)
    finally:
        os._exit(1)
