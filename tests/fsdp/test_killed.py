"""The grader killed in the middle of a launch: nothing of it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANY = 8  # processes: a worker, and supervisors, launchers and ranks of several launches


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def seen(pid: int) -> list[int]:
    try:
        return descendants(pid)
    except OSError:  # one of them ended while we looked
        return []


@pytest.mark.slow
def test_nothing_outlives_a_grader_that_was_killed(tmp_path: Path) -> None:
    """Neither processes, and so no ports, nor files beside its output folder."""
    (ours := tmp_path / "tmp").mkdir()
    command = [
        sys.executable,
        "-m",
        "engine",
        "task=fsdp",
        "agent=replay",
        "grading=probe",
        "runs=4",
        "out=here",
    ]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(ours)}
    engine = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    begun = tmp_path / "here/submissions/003"  # the self-test of the sandbox is over
    while not begun.exists() or len(running := seen(engine.pid)) < MANY:
        assert engine.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    engine.send_signal(signal.SIGKILL)
    engine.wait()
    while any(Path(f"/proc/{pid}").exists() for pid in running) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]
    assert list(ours.iterdir()) == []
