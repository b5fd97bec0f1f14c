"""The program of a job that runs a script in watched processes, as `python -m sandbox.watched.launcher`.

The first frame of the channel says what to do: {script, arguments, given, ranks, seconds}. Each event of a
process goes back at once as a frame {rank, event: [kind, facts]}, and at last a frame {ended, seconds,
processes, files}; or, where nothing could be run, {refused}, or {broken} for a fault of the recorders. Each
process is a copy of this one, which has imported what the recorders need and has one thread.
"""

# ruff: noqa: PTH118, PTH123, PTH208
# pathlib loads slowly

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import socket
import sys
import time
import traceback

from sandbox import channel
from sandbox.watched.rank import HERE, WORK, Rank

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType
    from typing import Any

TICK = 0.02  # seconds between two looks at the processes
IDLE = 8.0  # seconds without work after which they wait for each other for ever
WORKED = 0.05  # seconds of processor time that are work
GRACE = 3.0  # seconds that the others have when one has failed
MOST_FILES = 1000
SECOND = os.sysconf("SC_CLK_TCK")


def main() -> None:
    order = json.loads(channel.receive())
    try:
        ends = _meeting_point(len(order["ranks"]))
        watch = _recorders()
    except OSError as error:
        return _tell(refused=f"no loopback network: {error}")
    except Exception:
        return _tell(broken=traceback.format_exc())
    began = time.monotonic()
    ranks = [Rank(number, ends | env, order, watch) for number, env in enumerate(order["ranks"])]
    ended = _attend(ranks, began + order["seconds"])
    for rank in ranks:
        rank.kill()
    processes = [rank.report() for rank in ranks]
    return _tell(ended=ended, seconds=time.monotonic() - began, processes=processes, files=_left())


def _tell(**last: Any) -> None:
    channel.send(json.dumps(last).encode())


def _recorders() -> ModuleType:
    """The author's module, imported once for all processes."""
    sys.path.insert(0, os.path.join(HERE, "watchers"))
    watch = importlib.import_module("watch")
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("watch.py has started a thread, and no process with threads can be copied safely")
    return watch


def _meeting_point(ranks: int) -> dict[str, str]:
    """Where several processes find each other, as torchrun would tell them."""
    if ranks < 2:
        return {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}


def _attend(ranks: list[Rank], deadline: float) -> str:
    """Pass events on until all have ended, one has failed, none works any more, or time is up."""
    worked, since, failed = 0.0, time.monotonic(), 0.0
    while True:
        _pass_on(ranks)
        for rank in ranks:
            if rank.status is None:
                rank.bury()
        now = time.monotonic()
        if all(rank.status is not None for rank in ranks):
            _pass_on(ranks)
            return "exit"
        failed = failed or (now if any(rank.status for rank in ranks) else 0.0)
        if failed and now > failed + GRACE:
            return "exit"
        if now > deadline:
            return "timeout"
        if (work := _work(ranks)) > worked + WORKED:
            worked, since = work, now
        elif now > since + IDLE:
            return "deadlock"


def _pass_on(ranks: list[Rank]) -> None:
    """Send whatever events have come within a tick."""
    while ready := select.select([rank.events for rank in ranks if rank.events >= 0], [], [], TICK)[0]:
        for rank in ranks:
            if rank.events in ready:
                for event in rank.read():
                    channel.send(f'{{"rank": {rank.number}, "event": {event}}}'.encode())
    if all(rank.events < 0 for rank in ranks):
        time.sleep(TICK)


def _work(ranks: list[Rank]) -> float:
    """Seconds of processor time that the processes and their children have used."""
    groups = {str(rank.pid) for rank in ranks}
    return sum(_used(pid, groups) for pid in os.listdir("/proc") if pid.isdigit())


def _used(pid: str, groups: Iterable[str]) -> float:
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / SECOND if fields[2] in groups else 0.0


def _left() -> dict[str, int]:
    """The files in the script's folder and their sizes in bytes."""
    found = {}
    for folder, _, names in os.walk(WORK):
        for name in names:
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                found[os.path.relpath(path, WORK)] = os.lstat(path).st_size
            if len(found) >= MOST_FILES:
                return found
    return found


if __name__ == "__main__":
    main()
