"""The kernel itself: namespaces, mounts, rights, and system calls from which exploits are made."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import struct
from pathlib import Path

from sandbox.attacks.calls import call, syscall
from sandbox.attacks.kept import kept, stay

NEW_USER, NEW_MOUNT = 0x10000000, 0x20000
PRIVATE, RECURSIVE = 1 << 18, 1 << 14
NO_RANDOM_ADDRESSES = 0x40000
ENDS_WITH_SIGNAL = 17  # SIGCHLD
LOW, ALL = 0x40, 7  # MAP_32BIT; to be read, written and executed
MEMFD_CREATE = 356  # as 32-bit programs call it


def user_namespace(_: str) -> int:
    """Make a user namespace, in which it would be root."""
    return kept(lambda: call("unshare", NEW_USER))


def clone_namespace(_: str) -> int:
    """The same by another system call, clone."""
    return _twin(lambda: syscall("clone", NEW_USER | ENDS_WITH_SIGNAL, 0, 0, 0, 0))


def clone3_namespace(_: str) -> int:
    """The same by clone3, whose flags no filter can read."""
    arguments = struct.pack("8Q", NEW_USER, 0, 0, 0, ENDS_WITH_SIGNAL, 0, 0, 0)
    return _twin(lambda: syscall("clone3", ctypes.create_string_buffer(arguments), len(arguments)))


def mount(_: str) -> int:
    """Make namespaces of its own and mount something there."""
    Path("trap").mkdir(exist_ok=True)
    return kept(_mounted)


def mount_context(_: str) -> int:
    """Begin a mount in the new manner, by a descriptor."""
    return syscall("fsopen", b"tmpfs", 0)


def chroot(_: str) -> int:
    """Change the root folder, by which a careless jail is left."""
    Path("trap").mkdir(exist_ok=True)
    return kept(_rooted)


def rights(_: str) -> None:
    """Be root again, with any right of root's."""
    os.setresuid(0, 0, 0)


def personality(_: str) -> int:
    """Switch off the random addresses that make exploits hard."""
    return call("personality", NO_RANDOM_ADDRESSES)


def io_uring(_: str) -> int:
    """Have the kernel make system calls that no filter sees."""
    return syscall("io_uring_setup", 1, ctypes.create_string_buffer(120))


def page_faults(_: str) -> int:
    """Stop the kernel in the middle of a copy, a tool of many exploits."""
    return syscall("userfaultfd", 1)


def kernel_program(_: str) -> int:
    """Load data for programs that run in the kernel (bpf)."""
    return syscall("bpf", 0, ctypes.create_string_buffer(struct.pack("4I", 2, 4, 4, 1), 72), 72)


def performance(_: str) -> int:
    """Count events of the processor, by which secrets of others can be guessed."""
    attributes = ctypes.create_string_buffer(struct.pack("2I", 1, 112), 112)
    return syscall("perf_event_open", attributes, 0, -1, -1, 0)


def file_events(_: str) -> int:
    """Be told of what others do with files (fanotify)."""
    return syscall("fanotify_init", 0, 0)


def keyring(name: str) -> None:
    """Keep something in the keyrings of the kernel, which no limit counts."""
    key = syscall("add_key", b"user", name.encode(), b"x", 1, -2)
    syscall("keyctl", 5, key, 0x3F3F3F3F)  # for all to see


def other_machine(_: str) -> int:
    """Call the kernel in the manner of 32-bit programs, at which a filter may not look."""
    return kept(_called_in_32_bits)


def _twin(clone: object) -> int:
    """A child made by a bare system call, which stays."""
    gate, opener = os.pipe()
    if clone() == 0:  # type: ignore[operator]
        os.close(opener)
        stay(gate)
    return opener


def _mounted() -> None:
    try:
        call("unshare", NEW_USER | NEW_MOUNT)
    except OSError:
        call("unshare", NEW_MOUNT)
    call("mount", None, b"/", None, PRIVATE | RECURSIVE, None)
    call("mount", b"hostile", b"trap", b"tmpfs", 0, None)


def _rooted() -> None:
    with contextlib.suppress(OSError):
        call("unshare", NEW_USER)
    os.chroot("trap")


def _called_in_32_bits() -> None:
    """Machine code for x86-64: memfd_create(name, 0) by interrupt 0x80, which takes low addresses only."""
    memory = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | LOW, ALL)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    code = struct.pack("<BBIBIBI", 0x53, 0xB8, MEMFD_CREATE, 0xBB, start + 64, 0xB9, 0) + b"\xcd\x80\x5b\xc3"
    memory[: len(code)] = code
    memory[64:72] = b"machine\0"
    ctypes.CFUNCTYPE(ctypes.c_int)(start)()
