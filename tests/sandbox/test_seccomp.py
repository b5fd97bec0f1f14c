"""The filter of system calls, run step by step as the kernel would."""

import struct

import pytest

from sandbox.isolation import kernel, numbers, seccomp

pytestmark = pytest.mark.skipif(kernel.MACHINE not in seccomp.AUDIT, reason="no filter for this machine")
COLUMN = list(seccomp.AUDIT).index(kernel.MACHINE) if kernel.MACHINE in seccomp.AUDIT else 0


def answer(number: int, *arguments: int, network: bool = True, machine: int | None = None) -> int:
    """What the filter says of one call."""
    padded = (*arguments, *[0] * 6)[:6]
    data = struct.pack("=iIQ6Q", number, machine or seccomp.AUDIT[kernel.MACHINE], 0, *padded)
    steps, at, held = seccomp.program(network), 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == seccomp.RETURN:
            return value
        if code == seccomp.LOAD:
            (held,) = struct.unpack_from("=I", data, value)
        else:
            compared = {
                seccomp.EQUAL: held == value,
                seccomp.GREATER: held >= value,
                seccomp.ANY_BIT: bool(held & value),
            }
            at += yes if compared[code] else no


@pytest.mark.parametrize("name", numbers.DENIED)
def test_denied(name: str) -> None:
    """What is on the list fails."""
    number = numbers.DENIED[name][COLUMN]
    assert number < 0 or answer(number) & seccomp.ERROR


def test_fork_but_no_namespaces() -> None:
    """Processes and threads can be made, namespaces cannot, however they are asked for."""
    clone = numbers.CLONE[COLUMN]
    assert answer(clone, 17) == seccomp.ALLOW
    assert answer(clone, 0x3D0F00) == seccomp.ALLOW
    assert all(answer(clone, 17 | flag) & seccomp.ERROR for flag in (0x10000000, 0x20000, 0x40000000, 0x80))
    assert answer(numbers.CLONE3[COLUMN]) & seccomp.ERROR


@pytest.mark.parametrize("family", [1, 2, 10, 17, 40])
def test_sockets(family: int) -> None:
    """Sockets that a job's own processes need among themselves, and none without a network of its own."""
    number = numbers.SOCKET[COLUMN]
    assert (answer(number, family, 1, 0) == seccomp.ALLOW) == (family in (1, 2, 10))
    assert answer(number, family, 1, 0, network=False) & seccomp.ERROR


def test_netlink_for_routes_only() -> None:
    """Interfaces can be listed; the other services of netlink cannot be reached."""
    number = numbers.SOCKET[COLUMN]
    assert answer(number, 16, 3, 0) == seccomp.ALLOW
    assert answer(number, 16, 3, 9) & seccomp.ERROR


def test_other_machine() -> None:
    """A call in another machine's manner, whose numbers mean other things, ends the program."""
    assert answer(0, machine=0x40000003) == seccomp.KILL


def test_everything_else() -> None:
    """What is not on the list is allowed."""
    assert answer(0) == seccomp.ALLOW


def test_jumps_fit() -> None:
    """A step of the filter can skip 255 others at most."""
    assert all(max(yes, no) < 256 for _, yes, no, _ in seccomp.program(network=True))
