"""The program of a hostile job: `python -m sandbox.attacks MARK NAME ARGUMENT ...`.

It tries one attack after the other, sends what they read as one frame {name: hexadecimal}, and waits while
it is looked at. Its processes are named by the mark, so that they are found among those of the machine. What
it says proves nothing: neither that an attack worked nor that it did not.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys

from sandbox import channel
from sandbox.attacks.calls import call
from sandbox.attacks.families import named

PR_SET_NAME = 15


def main(mark: str, *words: str) -> None:
    call("prctl", PR_SET_NAME, mark.encode())
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # what is meant for another process may have our number
    pairs = zip(words[::2], words[1::2], strict=True)
    got = {name: _tried(name, argument) for name, argument in pairs}
    loot = {name: each.hex() for name, each in got.items() if isinstance(each, bytes)}
    with contextlib.suppress(EOFError):
        channel.send(json.dumps(loot).encode())
        channel.receive()


def _tried(name: str, argument: str) -> object:
    try:
        return named(name)(argument)
    except OSError as error:
        return error


if __name__ == "__main__":
    main(*sys.argv[1:])
