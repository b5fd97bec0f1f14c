"""Frames over a descriptor: a 4-byte big-endian length and that many bytes.

Needs nothing but the standard library, so that its text can be given to a job as a file of its own:

    import channel
    question = channel.receive()
    channel.send(b"answer")
"""

import os


class Channel:
    """One end of a stream of frames. Blocking; raises EOFError when the other end is gone."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def send(self, frame: bytes) -> None:
        rest = memoryview(len(frame).to_bytes(4, "big") + frame)
        try:
            while rest:
                rest = rest[os.write(self.descriptor, rest) :]
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError("the other end of the channel is gone") from error

    def receive(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(4), "big"))

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size:
            try:
                part = os.read(self.descriptor, min(size, 1 << 20))
            except ConnectionResetError:
                part = b""
            if not part:
                raise EOFError("the other end of the channel is gone")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def send(frame: bytes) -> None:
    """Give the engine a frame, from inside a job."""
    _own().send(frame)


def receive() -> bytes:
    """The engine's next frame, from inside a job."""
    return _own().receive()


def _own() -> Channel:
    return Channel(int(os.environ["SANDBOX_CHANNEL"]))
