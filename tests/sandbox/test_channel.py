"""Frames over a descriptor, as a job uses them."""

import os
import socket
import threading

import pytest

from sandbox import channel


def test_frames() -> None:
    """Frames arrive whole, one by one, however large."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        here, there = channel.Channel(ours.fileno()), channel.Channel(theirs.fileno())
        sender = threading.Thread(
            target=lambda: [here.send(frame) for frame in (b"", b"abc", bytes(5 << 20))]
        )
        sender.start()
        assert [there.receive() for _ in range(3)] == [b"", b"abc", bytes(5 << 20)]
        sender.join()


def test_end() -> None:
    """Whoever is left alone hears of it."""
    ours, theirs = socket.socketpair()
    with ours:
        theirs.close()
        with pytest.raises(EOFError):
            channel.Channel(ours.fileno()).receive()
        with pytest.raises(EOFError):
            channel.Channel(ours.fileno()).send(b"x")


def test_own_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job finds its channel by the environment."""
    reading, writing = os.pipe()
    monkeypatch.setenv("SANDBOX_CHANNEL", str(writing))
    channel.send(b"hello")
    monkeypatch.setenv("SANDBOX_CHANNEL", str(reading))
    assert channel.receive() == b"hello"
    os.close(reading)
    os.close(writing)
