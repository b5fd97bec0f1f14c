"""Bombs: more of everything than a job may have, and what no limit would count."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import threading
import time
from pathlib import Path

from sandbox.attacks.calls import call
from sandbox.attacks.kept import kept

MIB = 1 << 20
LASTING = 0.3  # seconds: some limits are watched, and not held by the kernel


def processes(most: str) -> int:
    """Have twice as many processes as it may."""
    opener = kept(lambda: None, 2 * int(most))
    time.sleep(LASTING)
    return opener


def threads(most: str) -> None:
    """Have twice as many threads as it may have processes."""
    with contextlib.suppress(RuntimeError):  # can't start new thread
        for _ in range(2 * int(most)):
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    time.sleep(LASTING)


def memory(size: str) -> int:
    """Use more MiB than it may in three processes, each of which uses less."""
    opener = kept(lambda: bytearray(os.urandom(4096)) * (int(size) // 2 * MIB // 4096), 3)
    time.sleep(2 * LASTING)  # memory takes longest to be counted
    return opener


def shared_memory(_: str) -> int:
    """Use memory that belongs to no process, and outlives them all."""
    number = call("shmget", 0, MIB, 0o1600)
    try:
        return call("shmat", number, None, 0)
    finally:
        call("shmctl", number, 0, None)  # removed when it is detached


def memfd(_: str) -> int:
    """Make a file in memory that no disk limit counts."""
    return os.memfd_create("hidden")


def disk(size: str) -> None:
    """Write more MiB than it may, in files that are small each."""
    for number in range(int(size) + 1):
        Path(f"filler{number}").write_bytes(bytes(MIB))


def big_file(size: str) -> None:
    """Write more MiB than it may, in one file."""
    with Path("big").open("wb", buffering=0) as file:
        for _ in range(int(size) + 1):
            file.write(bytes(MIB))


def output(size: str) -> None:
    """Print more MiB than it may."""
    sys.stdout.write("x" * (3 * int(size) * MIB))
    sys.stdout.flush()
    time.sleep(LASTING)


def errors(size: str) -> None:
    """Complain in more MiB than it may."""
    sys.stderr.write("x" * (3 * int(size) * MIB))
    sys.stderr.flush()
    time.sleep(LASTING)


def open_files(_: str) -> list[int]:
    """Open a thousand files, whose buffers no memory count shows."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    got: list[int] = []
    with contextlib.suppress(OSError):
        for _each in range(1000):
            got.append(os.dup(0))
    return got
