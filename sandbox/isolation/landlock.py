"""Landlock and a system call filter: the host's files stay where they are, but the job is kept off them.

Works without namespaces, for root and for ordinary users. The job shares the host's processes and network
devices, so it gets no sockets at all, and the disk is bounded by file only.
"""

# ruff: noqa: PTH112, PTH114, PTH116, PTH120, PTH208
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import ctypes
import os
import stat
import struct

from sandbox.isolation import identity, kernel, seccomp, users
from sandbox.isolation.plain import Plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sandbox.supervisor.order import Order

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION, PATH_BENEATH = 1, 1
EXECUTE, WRITE, READ, LIST, TRUNCATE, IOCTL = 1, 2, 4, 8, 1 << 14, 1 << 15
FILES = {1: 13, 2: 14, 3: 15, 4: 15}  # rights over files by version; later versions have 16
TCP, SCOPE = 0b11, 0b11  # bind and connect; abstract sockets and signals
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives")
FACTS = (
    *("/etc/ld.so.cache", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/hosts", "/etc/localtime"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/dev/random", "/dev/urandom", "/dev/zero"),
)


class Landlock(Plain):
    """Where a job reads the system and the interpreter, writes its own folder, and reaches nothing else.

    Root's jobs become a user of their own if that one can reach the interpreter, else (it may lie in root's
    home) root without any capability.
    """

    def __init__(self, order: Order) -> None:
        super().__init__(order)
        self.user = os.getuid()
        if self.user == 0 and all(map(_open_to_all, order["readable"])):
            self.user = users.spare("uid", os.getpid())
            self.alone = True
            os.chown(self.folder, self.user, self.user)

    def confine(self) -> None:
        rules = _ruleset()
        _allow(rules, self.folder, (1 << _files()) - 1)
        for path in (*SYSTEM, *self.order["readable"]):
            _show(rules, os.path.realpath(path), self.order["hidden"])
        _allow(rules, f"/proc/{os.getpid()}", READ | LIST)
        for path in FACTS:
            _allow(rules, path, READ)
        for path in self.order["devices"]:
            _allow(rules, path, (READ | WRITE | IOCTL) & (1 << _files()) - 1)
        _allow(rules, os.devnull, READ | WRITE | TRUNCATE & (1 << _files()) - 1)
        identity.become(self.user)
        kernel.syscall(RESTRICT_SELF, "landlock_restrict_self", rules, 0)
        os.close(rules)
        seccomp.install(network=False)


def _version() -> int:
    return kernel.syscall(CREATE_RULESET, "landlock_create_ruleset", None, 0, ASK_VERSION)


def _files() -> int:
    return FILES.get(_version(), 16)


def _ruleset() -> int:
    """A descriptor of rules that deny all that this kernel can deny."""
    version = _version()
    words = [(1 << _files()) - 1, TCP if version >= 4 else 0, SCOPE if version >= 6 else 0]
    size = 8 * (3 if version >= 6 else 2 if version >= 4 else 1)
    attributes = ctypes.create_string_buffer(struct.pack("=3Q", *words))
    return kernel.syscall(CREATE_RULESET, "landlock_create_ruleset", attributes, size, 0)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        end = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, end))
    kernel.syscall(ADD_RULE, f"landlock_add_rule {path}", rules, PATH_BENEATH, rule, 0)
    os.close(end)


def _show(rules: int, path: str, hidden: list[str]) -> None:
    """Allow a folder to be read, but of the `hidden` ones in it no more than their names."""
    if path in hidden or os.path.islink(path):
        return
    if not any(other.startswith(f"{path}/") for other in hidden):
        _allow(rules, path, EXECUTE | READ | LIST if os.path.isdir(path) else EXECUTE | READ)
        return
    _allow(rules, path, LIST)
    for name in os.listdir(path):
        _show(rules, f"{path}/{name}", hidden)


def _open_to_all(path: str) -> bool:
    """Whether any user can get to a folder and into it."""
    while path != "/":
        if not os.stat(path).st_mode & stat.S_IXOTH:
            return False
        path = os.path.dirname(path)
    return True
