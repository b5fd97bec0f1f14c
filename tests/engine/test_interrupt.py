"""Ctrl-C, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

SCRIPT = """
import asyncio, time
from engine.interrupt import interruptible

async def main():
    try:
        with interruptible():
            print("ready", flush=True)
            await asyncio.sleep(60)
    finally:
        print("closing", flush=True)
        {then}

try:
    asyncio.run(main())
except asyncio.CancelledError:
    print("cancelled", flush=True)
"""


def started(then: str = "pass") -> subprocess.Popen:
    script = SCRIPT.format(then=then)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_the_first_ends_in_good_order(which):
    """To be told to terminate is the same."""
    with started() as process:
        process.send_signal(which)
        assert process.stdout.read() == "closing\ncancelled\n"
    assert process.returncode == 0


@pytest.mark.parametrize("busy", ["await asyncio.sleep(60)", "time.sleep(60)"])
def test_the_second_ends_at_once(busy):
    """Whatever is going on then, also where nothing is awaited."""
    script = busy.replace("\n", "\n        ")
    inside = SCRIPT.replace('print("ready", flush=True)\n            await asyncio.sleep(60)', "{body}")
    body = f"""print("ready", flush=True)
            try:
                await asyncio.sleep(60)
            finally:
                print("closing", flush=True)
                {script}"""
    code = inside.format(body=body, then="pass")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "closing\n"
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert time.monotonic() - began < 2
        assert process.stderr.read().startswith("Ended at once.")
