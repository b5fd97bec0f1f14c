"""Hostile programs: `hostile.py NAME ARGUMENT` prints "worked" when the attack had its effect, then "done".

Without "done" an attack was not tried to its end and proves nothing. What is written is written back as it
was or removed, so that running them unhindered, as the tests' control, does no harm.
"""

import ctypes
import os
import socket
import sys
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
ALREADY_OPEN = range(3, 256)


def ptrace(_: str) -> bool:
    """Take hold of another process, here a child."""
    child = os.fork()
    if child == 0:
        os.read(os.pipe()[0], 1)
    try:
        return LIBC.ptrace(16, child, 0, 0) == 0  # PTRACE_ATTACH
    finally:
        os.kill(child, 9)


def other_memory(pid: str) -> bool:
    """Read the memory map of a process of the host."""
    return "python" in Path(f"/proc/{pid}/maps").read_text()


def user_namespace(_: str) -> bool:
    return LIBC.unshare(0x10000000) == 0


def clone_namespace(_: str) -> bool:
    """The same by clone, in the old calling manner."""
    child = LIBC.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    return child > 0


def mount(_: str) -> bool:
    """Make namespaces of its own and mount something there."""
    LIBC.unshare(0x10020000)
    return LIBC.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0


def core_pattern(_: str) -> bool:
    """Name the program that the kernel starts as root for every crash; here the one that it is."""
    path = Path("/proc/sys/kernel/core_pattern")
    return path.write_text(path.read_text()) > 0


def launcher(_: str) -> bool:
    """Read the environment of the parent, which was not started by the job."""
    return bool(Path(f"/proc/{os.getppid()}/environ").read_bytes())


def descriptors(secret: str) -> bool:
    """Find a file that whoever started us left open."""
    found = (read(number) for number in ALREADY_OPEN)
    return any(secret.encode() in text for text in found)


def vsock(_: str) -> bool:
    """A socket towards the machine's host, which no network namespace covers."""
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()
    return True


def packets(_: str) -> bool:
    """A raw socket, to forge and to listen."""
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    return True


def abstract_socket(name: str) -> bool:
    """Speak to a service of the host that listens on a name."""
    with socket.socket(socket.AF_UNIX) as end:
        end.connect("\0" + name)
    return True


def shared_memory(_: str) -> bool:
    """Memory that stays when all processes are gone, and that belongs to none."""
    number = LIBC.shmget(0, 1 << 20, 0o1600)
    if number >= 0:
        LIBC.shmctl(number, 0, None)  # remove it
    return number >= 0


def keyring(_: str) -> bool:
    """Leave something in the kernel's keyrings, which outlive the process."""
    key = LIBC.syscall(248, b"user", b"sandbox-test", b"x", 1, -2)
    if key > 0:
        LIBC.syscall(250, 3, key)  # revoke it
    return key > 0


def io_uring(_: str) -> bool:
    """Have the kernel make system calls that no filter sees."""
    return LIBC.syscall(425, 1, ctypes.create_string_buffer(120)) >= 0


def page_faults(_: str) -> bool:
    """Stop the kernel in the middle of a copy, a tool of many exploits."""
    return LIBC.syscall(323, 1) >= 0


def system_file(folder: str) -> bool:
    """Change the interpreter that later jobs, and the engine, will use."""
    path = Path(folder) / f"planted-{os.getpid()}"
    path.write_text("x")
    path.unlink()
    return True


def read(descriptor: int) -> bytes:
    try:
        return os.pread(descriptor, 4096, 0)
    except OSError:
        return b""


if __name__ == "__main__":
    try:
        effect = globals()[sys.argv[1]](sys.argv[2])
    except OSError as error:
        effect = False
        sys.stdout.write(f"{error}\n")
    sys.stdout.write("worked\n" if effect else "")
    sys.stdout.write("done\n")
