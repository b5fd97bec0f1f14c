"""No more time and memory than what a person wrote could need: values can be made to grow without end."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.config.advice import chain
from engine.errors import Refused

SECONDS = 3.0  # of processor time, so that a busy machine is no reason to refuse; it usually takes a tenth
BYTES = 512_000_000
_STATUS = Path("/proc/self/statm")


class _Late(BaseException):
    """Not an Exception: what is at work must not take it for an error of its own."""


@contextmanager
def bounded(what: Callable[[], str]) -> Iterator[None]:
    """Raises Refused, with `what` was at work, once the bounds are reached. In the main thread only: no
    other is interrupted by a signal, and memory is common to all.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        with _timed(), _confined():
            yield
    except _Late:
        raise Refused(f"{what()}: this takes more than {SECONDS:g} s: {_GROWS}") from None
    except Refused:
        raise
    except Exception as error:
        causes = list(chain(error))
        if any(isinstance(each, MemoryError) for each in causes):
            raise Refused(f"{what()}: this takes more than {BYTES // 1_000_000} MB: {_GROWS}") from None
        if any(isinstance(each, RecursionError) for each in causes):
            raise Refused(f"{what()}: this leads back to itself, or on and on: {_GROWS}") from None
        raise


_GROWS = "write out what it comes to, or have it refer to less"


@contextmanager
def _timed() -> Iterator[None]:
    def late(*_: object) -> None:
        raise _Late

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _confined() -> Iterator[None]:
    """Where the system tells how much is in use and can hold to more: not on macOS."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(OSError, ValueError):
        used = int(_STATUS.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        limits = [used + BYTES, *(each for each in (soft, hard) if each != resource.RLIM_INFINITY)]
        resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
