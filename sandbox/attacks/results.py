"""Attacks on whoever reads what a job gives back: `python -m sandbox.attacks.results NAME ARGUMENT ...`.

Each is the whole of a job.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import pickle
import signal
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from sandbox import channel

MIB = 1 << 20
FOR_EVER = 60.0  # seconds
LATER = ("json.py", "channel.py", "sitecustomize.py", "usercustomize.py")


def pickled(path: str) -> None:
    """Answer with a pickle, which runs code where it is loaded."""
    answer = pickle.dumps(_Trap(path))
    channel.send(answer)
    os.write(1, answer)


def zip_bomb(_: str) -> None:
    """Answer with a few bytes that unpack to many."""
    channel.send(zlib.compress(bytes(64 * MIB)))


def flood(_: str) -> None:
    """Answer with more than anybody asked for."""
    with contextlib.suppress(EOFError):
        channel.send(bytes(32 * MIB))


def silence(_: str) -> None:
    """Announce an answer and never give it."""
    os.write(int(os.environ["SANDBOX_CHANNEL"]), bytes([0, 0, 0, 100, 1]))
    time.sleep(FOR_EVER)


def hang(_: str) -> None:
    """Close all that it has open, hear no signal, and stay."""
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    os.closerange(0, 256)
    time.sleep(FOR_EVER)


def no_text(_: str) -> None:
    """Print what is no text, for whoever reads it to stumble over."""
    noise = bytes([0, 255, 254, 27]) + b"[2J"
    os.write(1, noise)
    channel.send(noise)


def link(target: str) -> None:
    """Hand in a link that leads out of the working folder."""
    Path("result").symlink_to(target)
    channel.send(Path("result").read_bytes())


def fifo(_: str) -> None:
    """Hand in a pipe instead of a file, which nobody writes to."""
    os.mkfifo("result")
    channel.send(Path("result").read_bytes())


def forged_end(_: str) -> None:
    """Write, wherever it can, that it has ended well, and fail."""
    sys.stdout.write('{"ended": "exit", "code": 0}\n')
    sys.stdout.flush()
    for end in [*range(4, 256), *_pipes_of_parent()]:
        with contextlib.suppress(OSError):
            os.write(end, b"0")
    os._exit(7)


def patched_probe(then: str) -> None:
    """Change what the next job, which grades it, would use of Python."""
    builtins.sum = lambda *_, **__: 0  # type: ignore[assignment]
    json.dumps = lambda *_, **__: "0"
    for name in LATER:  # in the working folder, where Python looks first
        Path(name).write_text("def dumps(_): return '0'\ndef send(_): pass\n")
    exec(then, {})  # noqa: S102  where a probe shares the process


class _Trap:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (self.path, "w")


def _pipes_of_parent() -> list[int]:
    """The ends of its pipes, which whoever is the same user can open by their names."""
    found = []
    with contextlib.suppress(OSError):
        for path in Path(f"/proc/{os.getppid()}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    return found


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
