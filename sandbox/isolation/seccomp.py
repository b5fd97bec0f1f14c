"""A filter of system calls: what a job has no honest use for and an attacker has.

Denied calls fail with an error that programs know how to take (EPERM and the like); only a call in the
manner of another machine type kills. The filter cannot be taken off again and children inherit it.
"""

from __future__ import annotations

import ctypes
import errno
import struct

from sandbox.isolation import kernel, numbers

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, EQUAL, GREATER, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; arguments are 8 bytes apart
PR_SET_SECCOMP, FILTER = 22, 2
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000  # the bit of x86-64's other calling manner
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
TYPE_INTO_TERMINAL = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
AF_NETLINK, NETLINK_ROUTE = 16, 0  # needed to list the interfaces, which gloo does
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: what processes of one job use among themselves

Step = tuple[int, int, int, int]


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def install(network: bool) -> None:
    """Filter the calling process from now on. Without `network`, sockets come in connected pairs only."""
    steps = program(network)
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    kernel.call("prctl", kernel.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    kernel.call("prctl", PR_SET_SECCOMP, FILTER, ctypes.byref(_Filter(len(steps), code)), 0, 0)


def program(network: bool) -> list[Step]:
    """The filter as steps of classic BPF."""
    if kernel.MACHINE not in AUDIT:
        raise OSError(errno.ENOSYS, f"no system call filter for {kernel.MACHINE}")
    column = list(AUDIT).index(kernel.MACHINE)
    steps = [_load(MACHINE), (EQUAL, 1, 0, AUDIT[kernel.MACHINE]), _end(KILL), _load(NUMBER)]
    if kernel.MACHINE == "x86_64":
        steps += [(GREATER, 0, 1, X32), _error(errno.ENOSYS)]
    for pair in numbers.DENIED.values():
        if pair[column] >= 0:
            steps += _on(pair[column], [_error(errno.EPERM)])
    steps += _on(numbers.CLONE3[column], [_error(errno.ENOSYS)])  # its flags lie in memory, out of reach here
    namespaces = [_load(ARGUMENT), (ANY_BIT, 0, 1, NEW_NAMESPACES), _error(errno.EPERM)]
    steps += _on(numbers.CLONE[column], namespaces)
    steps += _on(numbers.IOCTL[column], _unless(ARGUMENT + 8, TYPE_INTO_TERMINAL, _error(errno.EPERM)))
    return [*steps, *_on(numbers.SOCKET[column], _sockets(network)), _end(ALLOW)]


def _sockets(network: bool) -> list[Step]:
    refuse = _error(errno.EAFNOSUPPORT)
    if not network:
        return [refuse]
    families = [step for family in FAMILIES for step in _when(family, _end(ALLOW))]
    routes = [(EQUAL, 1, 0, AF_NETLINK), refuse, _load(ARGUMENT + 16), *_when(NETLINK_ROUTE, _end(ALLOW))]
    return [_load(ARGUMENT), *families, *routes, refuse]


def _on(number: int, then: list[Step]) -> list[Step]:
    """For one system call do `then`, which ends in an answer or is followed by "allow"."""
    then = [*then, _end(ALLOW)]
    return [(EQUAL, 0, len(then), number), *then]


def _unless(offset: int, values: tuple[int, ...], refuse: Step) -> list[Step]:
    return [_load(offset), *(step for value in values for step in _when(value, refuse))]


def _when(value: int, then: Step) -> list[Step]:
    return [(EQUAL, 0, 1, value), then]


def _load(offset: int) -> Step:
    return (LOAD, 0, 0, offset)


def _end(answer: int) -> Step:
    return (RETURN, 0, 0, answer)


def _error(code: int) -> Step:
    return _end(ERROR | code)
