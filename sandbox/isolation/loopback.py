"""The loopback interface of a network namespace, which starts out down."""

from __future__ import annotations

import _socket  # socket itself loads slowly
import fcntl
import struct

SIOCSIFFLAGS = 0x8914
UP = 1


def up() -> None:
    """Bring it up; the job's own processes can then talk to each other over 127.0.0.1 and ::1."""
    any_socket = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    fcntl.ioctl(any_socket.fileno(), SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", UP))
    any_socket.close()
