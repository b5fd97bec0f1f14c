"""The network, in every family of addresses."""

from __future__ import annotations

import contextlib
import socket


def connect(port: str) -> socket.socket:
    """Speak to a service of the host over TCP."""
    return socket.create_connection(("127.0.0.1", int(port)), timeout=1)


def connect_v6(port: str) -> socket.socket:
    """The same in the sixth version of the protocol."""
    return socket.create_connection(("::1", int(port)), timeout=1)


def datagram(port: str) -> socket.socket:
    """Send a datagram to a service of the host."""
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.sendto(b"hello", ("127.0.0.1", int(port)))
    return end


def listen(_: str) -> socket.socket:
    """Offer a service on the host's network."""
    return socket.create_server(("127.0.0.1", 0))


def path_socket(path: str) -> socket.socket:
    """Speak to a service of the host that listens on a path."""
    return _local(path)


def abstract_socket(name: str) -> socket.socket:
    """Speak to a service of the host that listens on a name without a file."""
    return _local("\0" + name)


def vsock(_: str) -> socket.socket:
    """Open a socket towards the machine that this one is a guest of."""
    return socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)


def packets(_: str) -> socket.socket:
    """Open a socket that hears and forges all packets of an interface."""
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW)


def raw_socket(_: str) -> socket.socket:
    """Open a socket that forges messages of the network itself."""
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


def kernel_events(_: str) -> socket.socket:
    """Open a socket on which the kernel tells of devices."""
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)


def kernel_crypto(_: str) -> socket.socket:
    """Open a socket to the kernel's ciphers, a way of many exploits."""
    return socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)


def _local(address: str) -> socket.socket:
    end = socket.socket(socket.AF_UNIX)
    with contextlib.ExitStack() as stack:
        stack.callback(end.close)
        end.connect(address)
        stack.pop_all()
    return end
