"""User namespaces: the job's user as the host sees it, and as the job sees itself."""

# ruff: noqa: PTH123
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import os

from sandbox.isolation import kernel

JOB = 1000  # the job's user and group id as it sees them
NEW_USER = 0x10000000
HIGHEST = 1 << 31  # above this some programs take a user id for a negative number


def enter(others: int) -> None:
    """Move this process into a new user namespace, and into the other new ones given as CLONE_NEW* flags.

    Root's jobs get a user id that nobody else on the host has, theirs alone, so that limits by user are
    limits by job. An ordinary user's jobs are that user, with no other id in sight.
    """
    if os.geteuid():
        user, group = os.geteuid(), os.getegid()
        kernel.call("unshare", NEW_USER | others)
        _write(os.getpid(), "setgroups", "deny")
        _map(os.getpid(), f"{JOB} {user} 1", f"{JOB} {group} 1")
    else:
        _enter_as_root(others)


# Waits for a line, then maps the groups and the users of a process: the arguments.
MAPPER = 'read _; printf %s "$2" > "/proc/$1/gid_map" && printf %s "$3" > "/proc/$1/uid_map"'


def _enter_as_root(others: int) -> None:
    """Only a process outside the new namespace may map ids that are not its own: a child does it.

    A shell, since a copy of this process would cost more than all else that is done here where it is large.
    """
    reading, writing = os.pipe()
    own = os.getpid()
    words = (str(own), f"0 0 1\n{JOB} {spare('gid', own)} 1", f"0 0 1\n{JOB} {spare('uid', own)} 1")
    child = os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", MAPPER, "sh", *words],
        {},
        file_actions=[(os.POSIX_SPAWN_DUP2, reading, 0), (os.POSIX_SPAWN_CLOSE, writing)],
    )
    os.close(reading)
    try:
        kernel.call("unshare", NEW_USER | others)
    finally:
        os.write(writing, b"\n")
        os.close(writing)
        failed = os.waitpid(child, 0)[1]
    if failed:
        raise OSError("the user ids of a new user namespace could not be mapped")


def _map(pid: int, users: str, groups: str) -> None:
    _write(pid, "gid_map", groups)
    _write(pid, "uid_map", users)


def spare(kind: str, pid: int) -> int:
    """A high id out of those that exist here (all of them, or few in a container), by process id."""
    with open(f"/proc/self/{kind}_map") as file:
        first, _, count = map(int, file.readlines()[-1].split())
    top = min(first + count, HIGHEST)
    return top - 2 - pid % max(1, (top - first) // 2)


def _write(pid: int, name: str, text: str) -> None:
    with open(f"/proc/{pid}/{name}", "w") as file:
        file.write(text)
