"""Functions of the C library and system calls, by name."""

from __future__ import annotations

import ctypes
import os

# On x86-64 and on arm64.
NUMBERS = {
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clone": (56, 220),
    "clone3": (435, 435),
    "fanotify_init": (300, 262),
    "fsopen": (430, 430),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "userfaultfd": (323, 282),
}
COLUMN = 0 if os.uname().machine == "x86_64" else 1

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """A function of the C library. Raises OSError."""
    long = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    result: int = getattr(_libc, name)(*long)
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def syscall(name: str, *arguments: object) -> int:
    """A system call that the library does not offer. Raises OSError."""
    return call("syscall", NUMBERS[name][COLUMN], *arguments)
