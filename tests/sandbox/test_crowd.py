"""All processes of a job together, found and ended from a supervisor's process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
SUPERVISOR = """
import os, time
from sandbox.supervisor import crowd
crowd.adopt_orphans()
first = os.fork()
if first == 0:
    if os.fork() == 0:
        os.setsid()
        {work}
        time.sleep(60)
    time.sleep(0.2)
    os._exit(0)
time.sleep(0.7)
"""


def supervised(work: str, look: str) -> str:
    """What a supervisor sees, whose job's first process has ended and left a daemon that did some work."""
    program = SUPERVISOR.format(work=work) + look
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, check=True, timeout=30).stdout.decode()


def test_orphans_are_found_and_killed() -> None:
    """A daemon whose parent is gone is still one of the job, until it is killed."""
    look = "print(len(crowd.members()) - 1); crowd.kill(first); print(crowd.members())"
    assert supervised("pass", look) == "1\n[]\n"


def test_threads_are_counted() -> None:
    """Each process has at least one; the dead have none."""
    work = "import threading; [threading.Thread(target=time.sleep, args=(20,)).start() for _ in range(4)]"
    look = (
        "print(crowd.threads(crowd.members()) - 1); crowd.kill(first); print(crowd.threads(crowd.members()))"
    )
    assert supervised(work, look) == "5\n0\n"


def test_shared_pages_count_once() -> None:
    """Memory that a fork shares with its parent is counted once where the sum of sizes would be too much."""
    work = "x = bytearray(b'1') * (64 << 20); [os.fork() and None for _ in range(2)]"
    look = "pids = crowd.members(); print(crowd.memory(pids, 0) >> 20, crowd.memory(pids, 1 << 40) >> 20); "
    exact, cheap = map(int, supervised(work, look + "crowd.kill(first)").split())
    assert 50 <= exact < 130 < 160 < cheap  # less what is shared with the supervisor and among the forks


def test_nobody() -> None:
    """A process without children has no crowd; the dead use no memory."""
    from sandbox.supervisor import crowd

    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    time.sleep(0)
    assert crowd.memory([child], 0) == 0
