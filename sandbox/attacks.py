"""What a hostile job does, as a program: `attacks.py NAME ARGUMENT ...` prints the names that worked.

A self-test runs it in a sandbox, and also with nothing stopping it to see that it works at all. It runs on
the bare standard library and is harmless: what it fills and forks is small and ends by itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

MIB = 1 << 20


def secret(path: str) -> bool:
    """Read a file that was not given."""
    return bool(Path(path).read_bytes())


def write(path: str) -> bool:
    """Leave a file outside of the working folder."""
    return Path(path).write_text("written") > 0


def connect(port: str) -> bool:
    """Speak to a service of the host over TCP."""
    socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()
    return True


def path_socket(path: str) -> bool:
    """Speak to a service of the host that listens on a path."""
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(path)
    return True


def kill(pid: str) -> bool:
    """Send a signal to a process of the host. The same number inside may be the attacker's own."""
    os.kill(int(pid), signal.SIGUSR1)
    return True


def environment(token: str) -> bool:
    """Find a secret in the environment of any process but this one."""
    others = (folder for folder in Path("/proc").glob("[0-9]*") if int(folder.name) != os.getpid())
    return any(token.encode() in _read(folder / "environ") for folder in others)


def memfd(_: str) -> bool:
    """Make a file in memory that no disk limit counts."""
    os.close(os.memfd_create("hidden"))
    return True


def disk(size: str) -> bool:
    """Write more than `size` MiB in files that are small each."""
    for number in range(int(size) + 1):
        Path(f"filler{number}").write_bytes(bytes(MIB))
    return True


def processes(most: str) -> bool:
    """Have more than `most` processes at one time."""
    return _children(int(most) + 1, lambda: None) > int(most)


def memory(size: str) -> bool:
    """Use more than `size` MiB in three processes, each of which uses less."""
    return _children(3, lambda: _fill(int(size) // 2)) == 3


def daemon(_: str) -> bool:
    """Leave a process with a session of its own behind."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 256)
            time.sleep(20)
        os._exit(0)
    os.wait()
    return True


def _children(count: int, work: Callable[[], None]) -> int:
    """How many of `count` children, all alive at the same time, came to the end of their work."""
    gate, opener = os.pipe()
    born: list[int] = []
    with contextlib.suppress(OSError):
        for _ in range(count):
            born.append(os.fork())
            if born[-1] == 0:
                os.close(opener)
                os.read(gate, 1)
                work()
                os._exit(0)
    os.close(opener)
    return sum(os.waitpid(pid, 0)[1] == 0 for pid in born)


def _fill(size: int) -> None:
    held = bytearray(os.urandom(4096)) * (size * MIB // 4096)
    time.sleep(0.2)
    del held


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    for name, argument in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        with contextlib.suppress(OSError):
            if globals()[name](argument):
                sys.stdout.write(f"{name}\n")
                sys.stdout.flush()
