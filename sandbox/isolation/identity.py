"""Who the job is: a user id that owns nothing else, without any capability."""

from __future__ import annotations

import ctypes
import os
import struct

from sandbox.isolation import kernel

CAPABILITIES = 64  # more than there are
VERSION = 0x20080522


def become(user: int) -> None:
    """Turn the calling process, which may be root, into an ordinary `user` without rights, for good."""
    _bound()
    if os.getuid() != user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kernel.call("prctl", kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    kernel.call("prctl", kernel.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("=Ii", VERSION, 0))
    kernel.call("capset", header, ctypes.create_string_buffer(24))


def _bound() -> None:
    """Empty the set that bounds what a program may ever gain."""
    for capability in range(CAPABILITIES):
        try:
            kernel.call("prctl", kernel.PR_CAPBSET_DROP, capability, 0, 0, 0)
        except OSError:  # beyond the last one, or an ordinary user, whom no_new_privs holds anyway
            return
