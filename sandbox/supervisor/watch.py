"""One job from its first process to its last, watched from outside of what holds it.

The supervisor is a process of its own, started for one job. It collects the job's output, holds it to
its limits, kills all of it at the end, and only then reports. It listens to the engine meanwhile: when
the control channel closes, the engine has gone or lost interest, and the job dies.
"""

from __future__ import annotations

import os
import select
import signal
import time

from sandbox.supervisor import crowd
from sandbox.supervisor.output import Output
from sandbox.supervisor.start import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sandbox.isolation.plain import Plain
    from sandbox.job import Ended
    from sandbox.supervisor.order import Order, Report

TICK = 0.025  # seconds between two looks at the job's memory
EXTRA = 2  # processes of ours that may be counted with the job's


class Supervisor:
    """The watch over one job."""

    def __init__(self, order: Order, control: int, channel: int) -> None:
        self.order = order
        self.control = control
        self.woken = _wake_on_child()
        crowd.adopt_orphans()
        self.place = _place(order)
        self.began = time.monotonic()
        try:
            self.job = start(order, self.place, channel)
        except BaseException:
            self.place.leave()
            raise
        self.outputs = [Output(end, order["output"]) for end in (self.job.stdout, self.job.stderr)]
        self.status: int | None = None

    def report(self) -> Report:
        """Run the job to its end and say what became of it."""
        why = self._watch()
        seconds = time.monotonic() - self.began
        crowd.kill(self.job.pid)
        for output in self.outputs:
            output.drain()
        if any(output.over for output in self.outputs):
            why = why or "output"
        self.place.leave()
        failure, code = self._told()
        return {
            "failure": "" if why else failure,
            "ended": why or ("exit" if code is None or code >= 0 else "signal"),
            "code": None if why else code,
            "stdout": self.outputs[0].text(),
            "stderr": self.outputs[1].text(),
            "seconds": seconds,
        }

    def _watch(self) -> Ended | None:
        """Wait for the job's end (None) or for a reason to end it."""
        while not self._gone():
            ready = self._ready()
            for output in self.outputs:
                if output.descriptor in ready:
                    output.read()
            if why := self._reason(ready):
                return why
        return None

    def _reason(self, ready: set[int]) -> Ended | None:
        """Why the job must end now, if it must."""
        if self.control in ready:
            return "killed"
        if any(output.over for output in self.outputs):
            return "output"
        if time.monotonic() - self.began > self.order["seconds"]:
            return "timeout"
        pids = crowd.members()
        if crowd.memory(pids, self.order["memory"]) > self.order["memory"]:
            return "memory"
        return "killed" if crowd.threads(pids) > self.order["processes"] + EXTRA else None

    def _ready(self) -> set[int]:
        """Descriptors with news, after at most a tick."""
        poll = select.poll()
        for descriptor in [self.control, self.woken, *(o.descriptor for o in self.outputs if o.open)]:
            poll.register(descriptor, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll(TICK * 1000)}
        if self.woken in ready:
            os.read(self.woken, 4096)
        return ready

    def _gone(self) -> bool:
        """Whether the job's first process has ended; buries what else has."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == self.job.pid:
                self.status = status
                return True
            if not pid:
                return False

    def _told(self) -> tuple[str, int | None]:
        """What went wrong in the set-up, if anything, and the job's exit code."""
        os.set_blocking(self.job.told, False)
        try:
            told = os.read(self.job.told, 4096).decode(errors="replace")
        except BlockingIOError:
            told = ""
        status = int(told) if told.isdigit() else self.status
        return "" if told.isdigit() else told, None if status is None else os.waitstatus_to_exitcode(status)


def _place(order: Order) -> Plain:
    """The isolation that was ordered. Only that one is loaded."""
    if order["isolation"] == "namespaces":
        from sandbox.isolation.namespaces import Namespaces

        return Namespaces(order)
    if order["isolation"] == "landlock":
        from sandbox.isolation.landlock import Landlock

        return Landlock(order)
    from sandbox.isolation.plain import Plain

    return Plain(order)


def failed(failure: str) -> Report:
    """The report of a job that could not be run."""
    return {"failure": failure, "ended": "killed", "code": None, "stdout": b"", "stderr": b"", "seconds": 0.0}


def _wake_on_child() -> int:
    """A descriptor that can be read when a child has ended."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.set_blocking(reading, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    return reading
