"""A machine of its own: new user, process, mount, network, IPC and name spaces, and a filter on top.

    supervisor   host's files and processes; watches, kills
    └─ init      process 1 of the new process namespace: builds the root, buries orphans
       └─ job    an ordinary user without capabilities

When init dies the kernel kills everything in its namespace, detached daemons as well.
"""

from __future__ import annotations

import os
import signal

from sandbox.isolation import identity, kernel, loopback, mounts, seccomp, users
from sandbox.isolation.plain import Plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from sandbox.supervisor.order import Order

NEW_MOUNT, NEW_CGROUP, NEW_NAME, NEW_IPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEW_PROCESS, NEW_NETWORK = 0x20000000, 0x40000000


class Namespaces(Plain):
    """Where a job sees nothing of the host but what it needs to run."""

    alone = True

    def __init__(self, order: Order) -> None:
        self.order = order
        self.folder = mounts.WORK
        users.enter(NEW_PROCESS)

    def fork(self, told: int) -> int:
        init = os.fork()
        if init:
            return init
        try:
            self._build()
            job = os.fork()
            if job == 0:
                return 0
            _reap(job, told)
        except BaseException as error:  # nothing of the supervisor's own work may go on in this copy of it
            os.write(told, str(error).encode())
        os._exit(1)

    def confine(self) -> None:
        identity.become(users.JOB)
        seccomp.install(network=True)

    def leave(self) -> None:
        """The private folder went with its namespace."""

    def _build(self) -> None:
        kernel.call("prctl", kernel.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        kernel.call("unshare", NEW_MOUNT | NEW_NETWORK | NEW_IPC | NEW_NAME | NEW_CGROUP)
        kernel.call("sethostname", b"job", 3)
        loopback.up()
        order = self.order
        mounts.build(order["readable"], order["hidden"], order["devices"], order["disk"], users.JOB)
        kernel.call("prctl", kernel.PR_SET_DUMPABLE, 0, 0, 0, 0)


def _reap(job: int, told: int) -> NoReturn:
    """Be process 1: bury whoever dies, and on the job's death tell its status and take all others along."""
    for number in (signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)  # by default process 1 cannot be reached by its own children
    os.closerange(0, told)
    os.closerange(told + 1, os.sysconf("SC_OPEN_MAX"))
    pid = status = 0
    while pid != job:
        pid, status = os.wait()
    os.write(told, b"%d" % status)
    os._exit(0)
