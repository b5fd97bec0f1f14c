"""Writing outside of the working folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

GROUPS = Path("/sys/fs/cgroup")


def write(path: str) -> None:
    """Leave a file in a folder of the host that is open to all."""
    Path(path).write_text("written")


def system_file(path: str) -> None:
    """Leave a file in the interpreter that later jobs, and the engine, will use."""
    Path(path).write_text("written")


def shared_folder(path: str) -> None:
    """Leave a file in /dev/shm, where the next job would find it."""
    Path(path).write_text("written")


def kernel_setting(_: str) -> IO[bytes]:
    """Open the setting that names the program which the kernel starts as root at every crash."""
    return Path("/proc/sys/kernel/core_pattern").open("r+b", buffering=0)


def control_group(_: str) -> IO[bytes]:
    """Open the file by which a process leaves the group that bounds its memory."""
    found = next((path for path in GROUPS.rglob("cgroup.procs")), GROUPS / "cgroup.procs")
    return found.open("r+b", buffering=0)


def device(_: str) -> None:
    """Make a device file of its own, by which disks and memory could be reached."""
    os.mknod("device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
