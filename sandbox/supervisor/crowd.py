"""All processes of a job together: how much memory they use, and their end.

They are the descendants of the supervisor, which adopts orphans (a Linux "subreaper"), so a daemon that
detached itself is still found. Elsewhere only the job's process group is known.
"""

# ruff: noqa: PTH123, PTH208
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
PAGE = os.sysconf("SC_PAGE_SIZE")
LINUX = sys.platform == "linux"


def adopt_orphans() -> None:
    """Make every orphaned descendant a child of this process."""
    if LINUX:
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def members() -> list[int]:
    """Process ids of all descendants of this process."""
    found: list[int] = []
    todo = [os.getpid()]
    while todo:
        children = _children(todo.pop())
        found += children
        todo += children
    return found


def threads(pids: list[int]) -> int:
    """How many threads these have, each at least one. The kernel counts them as processes, too."""
    return sum(len(_tasks(pid)) for pid in pids)


def memory(pids: list[int], most: int) -> int:
    """Bytes in use by all of these, exact only where it may lie above `most`.

    Shared pages are counted once (PSS). That is slow to read, so the cheap sum of resident sizes, which
    is never smaller, is asked first.
    """
    resident = sum(_resident(pid) for pid in pids)
    if resident <= most:
        return resident
    return sum(_proportional(pid) for pid in pids) - _lent(len(pids))


def _lent(count: int) -> int:
    """What so many processes share with this one, which a warm worker's copies do: it is not theirs.

    Each counts as much of it as this process does. Never more than all that this process has, which is
    what a job that shares less can gain by it at most.
    """
    pid = os.getpid()
    own = _rollup(pid, "Private_Clean:", "Private_Dirty:")
    return min(count * max(0, _proportional(pid) - own), _resident(pid))


def kill(group: int) -> None:
    """End every descendant and bury the children. Stops them first, so that none forks away meanwhile."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    while pids := members():
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        _bury()
    _bury()


def _bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _children(pid: int) -> list[int]:
    texts = (_text(f"/proc/{pid}/task/{task}/children") for task in _tasks(pid))
    return [int(child) for text in texts for child in text.split()]


def _tasks(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def _resident(pid: int) -> int:
    fields = _text(f"/proc/{pid}/statm").split()
    return int(fields[1]) * PAGE if fields else 0


def _proportional(pid: int) -> int:
    return _rollup(pid, "Pss:")


def _rollup(pid: int, *names: str) -> int:
    lines = _text(f"/proc/{pid}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""
