"""System calls that Python does not offer, and their numbers."""

from __future__ import annotations

import ctypes
import os

# Only x86-64 has the old numbers; everything newer than pidfd_send_signal is the same everywhere.
MACHINE = os.uname().machine
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

_libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """A function of the C library by its name. Raises OSError with that name."""
    result: int = getattr(_libc, name)(*(_long(argument) for argument in arguments))
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def syscall(number: int, name: str, *arguments: object) -> int:
    """A system call by its number. Raises OSError with the name."""
    try:
        return call("syscall", number, *arguments)
    except OSError as error:
        raise OSError(error.errno, f"{name}: {os.strerror(error.errno or 0)}") from None


def _long(argument: object) -> object:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument
