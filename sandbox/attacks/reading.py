"""Reading secrets, wherever they lie."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from sandbox.attacks.calls import call, syscall

ALREADY_OPEN = range(3, 256)
MOST = 4096


def secret(path: str) -> bytes:
    """Read a file of the host that was not given."""
    return Path(path).read_bytes()[:MOST]


def own_source(path: str) -> bytes:
    """Read the program that grades it, in which answers may lie."""
    return Path(path).read_bytes()[:MOST]


def environment(name: str) -> bytes:
    """Find a key in the environment of any other process."""
    others = (each for each in Path("/proc").glob("[0-9]*") if int(each.name) != os.getpid())
    texts = (_read(each / "environ") for each in others)
    return next((text for text in texts if name.encode() in text), b"")[:MOST]


def variables(name: str) -> bytes:
    """Find a key among its own environment variables."""
    return os.environ.get(name, "").encode()


def descriptors(_: str) -> bytes:
    """Read what whoever started it has left open."""
    return b"".join(map(_reread, ALREADY_OPEN))[:MOST]


def foreign_memory(place: str) -> bytes:
    """Read the memory of a process of the host, as a file."""
    pid, address, _ = place.split()
    with Path(f"/proc/{pid}/mem").open("rb") as memory:
        memory.seek(int(address))
        return memory.read(32)


def foreign_memory_by_call(place: str) -> bytes:
    """Read the memory of a process of the host by a system call."""
    pid, address, _ = map(int, place.split())
    buffer = ctypes.create_string_buffer(32)
    here = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 32)
    there = (ctypes.c_size_t * 2)(address, 32)
    call("process_vm_readv", pid, here, 1, there, 1, 0)
    return buffer.raw


def foreign_descriptor(place: str) -> bytes:
    """Take an open file out of the hands of a process of the host."""
    pid, _, number = map(int, place.split())
    return os.pread(syscall("pidfd_getfd", os.pidfd_open(pid), number, 0), MOST, 0)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _reread(descriptor: int) -> bytes:
    try:
        return os.pread(descriptor, MOST, 0)
    except OSError:
        return b""
