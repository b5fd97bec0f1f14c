"""No isolation: a folder of its own and a process of its own, nothing more."""

# ruff: noqa: PTH102, PTH118
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sandbox.supervisor.order import Order


class Plain:
    """Where a job runs. Made in the supervisor, before the job's first process."""

    alone = False  # whether the job's user id is its own, so that limits by user are limits by job

    def __init__(self, order: Order) -> None:
        self.order = order
        self.folder = os.path.join(order["scratch"], f"sandbox-{os.urandom(8).hex()}")
        os.mkdir(self.folder, 0o700)

    def fork(self, told: int) -> int:  # noqa: ARG002  only an isolation with a parent in between tells
        """A new process: 0 in it, its process id in the supervisor."""
        return os.fork()

    def confine(self) -> None:
        """Give up, in the job's process, whatever the job must not have."""

    def leave(self) -> None:
        """Remove what the job left, when all its processes are dead. Never follows a planted link."""
        import shutil  # only here: it is slow to load

        shutil.rmtree(self.folder, ignore_errors=True)
