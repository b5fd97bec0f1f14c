"""The files that a job sees: the system and the interpreter read-only, and a private bounded folder.

Everything else of the host is absent rather than forbidden.
"""

# ruff: noqa: PTH102, PTH103, PTH106, PTH110, PTH112, PTH114, PTH115, PTH119, PTH120, PTH123, PTH211
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import ctypes
import os
import struct

from sandbox.isolation import kernel

NEW = "/sys"  # where the new root is built: every Linux has this folder, and nothing that we show lies in it
WORK = "/job"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives")
DEVICES = ("null", "zero", "full", "random", "urandom")
LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1"}
INODES = 32768  # files in the private folder

READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8  # MS_* and MOUNT_ATTR_* agree on these
BIND, RECURSIVE, SLAVE = 1 << 12, 1 << 14, 1 << 19
DETACH = 2
AT_RECURSIVE, HERE = 0x8000, -100
MOUNT_SETATTR = 442
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}


def build(readable: list[str], hidden: list[str], devices: list[str], disk: int, user: int) -> None:
    """Give the calling process, alone in a new mount namespace, its new root.

    `readable` are the folders shown besides the system's, without those `hidden` in them, `devices` the
    files in /dev besides the harmless ones, `disk` bounds in bytes what all private folders hold together,
    `user` will own them.
    """
    _mount("none", "/", "", RECURSIVE | SLAVE)
    _mount("tmpfs", NEW, "tmpfs", NO_SETUID | NO_DEVICES, "mode=0755,size=4m")
    for path in SYSTEM:
        _show(path)
    _etc(user)
    _private(disk, user)
    for path in readable:  # after /tmp, where an interpreter may lie
        if not os.path.lexists(NEW + path):
            _show(path)
    for path in hidden:
        if os.path.isdir(NEW + path):
            _mount("tmpfs", NEW + path, "tmpfs", READ_ONLY, "size=4k")
    _devices(devices)
    _proc()
    _enter()


def _show(path: str) -> None:
    """Make a folder of the host visible, read-only, at the same place."""
    if os.path.islink(path):
        _made(os.path.dirname(path))
        os.symlink(os.readlink(path), NEW + path)
    elif os.path.isdir(path):
        os.makedirs(NEW + path)
        _mount(path, NEW + path, "", BIND | RECURSIVE)
        _restrict(NEW + path, READ_ONLY | NO_SETUID | NO_DEVICES, AT_RECURSIVE)


def _etc(user: int) -> None:
    os.makedirs(f"{NEW}/etc", exist_ok=True)
    _write("passwd", f"root:x:0:0::/:/bin/sh\njob:x:{user}:{user}::{WORK}:/bin/sh\n")
    _write("group", f"root:x:0:\njob:x:{user}:\n")
    _write("hosts", "127.0.0.1 localhost job\n::1 localhost\n")
    _write("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
    if os.path.exists("/etc/ld.so.cache"):
        _bind("/etc/ld.so.cache")
        _restrict(f"{NEW}/etc/ld.so.cache", READ_ONLY | NO_SETUID | NO_DEVICES)


def _private(disk: int, user: int) -> None:
    """The working folder, /tmp and /dev/shm: three folders of one sized file system in memory."""
    sized = f"size={disk},nr_inodes={INODES}"
    _mount("tmpfs", NEW + _made("/mnt"), "tmpfs", NO_SETUID | NO_DEVICES, sized)
    for path in (WORK, "/tmp", "/dev/shm"):  # noqa: S108  paths of the job's own new root
        source = f"{NEW}/mnt/{os.path.basename(path)}"
        os.mkdir(source, 0o700)
        os.chown(source, user, user)
        _mount(source, NEW + _made(path), "", BIND)
    kernel.call("umount2", f"{NEW}/mnt".encode(), DETACH)
    os.rmdir(f"{NEW}/mnt")


def _devices(more: list[str]) -> None:
    for path in (*(f"/dev/{name}" for name in DEVICES), *more):
        _made(os.path.dirname(path))
        _bind(path)
    for name, target in LINKS.items():
        os.symlink(target, f"{NEW}/dev/{name}")


def _proc() -> None:
    """The job's own processes. Settings of the kernel are read-only, whoever the job may become."""
    proc = NEW + _made("/proc")
    _mount("proc", proc, "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    _mount(f"{proc}/sys", f"{proc}/sys", "", BIND)
    _restrict(f"{proc}/sys", READ_ONLY)


def _enter() -> None:
    """Change the root and let go of the old one."""
    os.chdir(NEW)
    kernel.syscall(PIVOT_ROOT[kernel.MACHINE], "pivot_root", b".", b".")
    kernel.call("umount2", b".", DETACH)
    os.chdir("/")
    _restrict("/", READ_ONLY)


def _made(path: str) -> str:
    os.makedirs(NEW + path, exist_ok=True)
    return path


def _write(name: str, text: str) -> None:
    with open(f"{NEW}/etc/{name}", "w") as file:
        file.write(text)


def _bind(path: str) -> None:
    """Show one file of the host at the same place."""
    os.close(os.open(NEW + path, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(path, NEW + path, "", BIND)


def _mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    try:
        kernel.call("mount", source.encode(), target.encode(), kind.encode(), flags, options.encode())
    except OSError as error:
        raise OSError(error.errno, f"mount {source} on {target}: {os.strerror(error.errno or 0)}") from None


def _restrict(target: str, attributes: int, how: int = 0) -> None:
    """Add attributes to a mount, and with AT_RECURSIVE to all below it, keeping those it has."""
    change = ctypes.create_string_buffer(struct.pack("=4Q", attributes, 0, 0, 0))
    kernel.syscall(MOUNT_SETATTR, "mount_setattr", HERE, target.encode(), how, change, 32)
