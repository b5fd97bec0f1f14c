"""Ctrl-C: the first ends an experiment in good order, the second at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ENDED = 130
SHOW_CURSOR = b"\x1b[?25h\n"
LAST_WORDS = b"Ended at once. Runs that had finished are kept; resume=DIR goes on with them.\n"


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, the first of the signals cancels the running task, and the next ends the process.

    To be told to terminate is the same as Ctrl-C. What runs in the sandbox ends with us either way.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # the signals are another's to handle
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    told = False

    def handle(*_: object) -> None:
        nonlocal told
        if told:
            _leave()
        told = True
        loop.call_soon_threadsafe(task.cancel)

    before = {each: signal.signal(each, handle) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _leave() -> None:
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), SHOW_CURSOR)
    with suppress(OSError):
        os.write(sys.stderr.fileno(), LAST_WORDS)
    os._exit(ENDED)
