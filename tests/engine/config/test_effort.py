"""No more time and memory than what a person wrote could need."""

from __future__ import annotations

import resource
import signal
import threading
import time
from contextlib import suppress

import pytest

from engine.config import effort
from engine.config.effort import bounded
from engine.errors import Refused


def state() -> tuple[object, ...]:
    limits = resource.getrlimit(resource.RLIMIT_AS)
    return signal.getsignal(signal.SIGPROF), signal.getitimer(signal.ITIMER_PROF), limits


def test_time(monkeypatch):
    """Of the processor; also where what is at work takes every error for one of its own."""
    monkeypatch.setattr(effort, "SECONDS", 0.2)
    before = state()
    with pytest.raises(Refused, match=r"^a\.b: this takes more than 0\.2 s: "), bounded(lambda: "a.b"):
        while True:
            with suppress(Exception):
                sum(range(1000))
    assert state() == before


def test_waiting_takes_no_time(monkeypatch):
    monkeypatch.setattr(effort, "SECONDS", 0.2)
    with bounded(lambda: "a.b"):
        time.sleep(0.4)


def test_memory():
    """Also where the error is wrapped into another."""
    before = state()
    with pytest.raises(Refused, match=r"^a\.b: this takes more than 512 MB: "), bounded(lambda: "a.b"):
        try:
            _ = "x" * 10**9
        except MemoryError as error:
            raise ValueError from error
    assert state() == before


def test_depth():
    def down() -> None:
        down()

    with pytest.raises(Refused, match=r"^a\.b: this leads back to itself"), bounded(lambda: "a.b"):
        down()


def test_other_errors_are_left_alone():
    before = state()
    with pytest.raises(KeyError), bounded(lambda: "a.b"):
        raise KeyError
    assert state() == before


def test_other_threads_are_not_bounded():
    """Signals reach the main thread only, and it is not theirs to limit memory."""
    seen = []

    def work() -> None:
        with bounded(lambda: "a.b"):
            seen.append(state())

    before = state()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
