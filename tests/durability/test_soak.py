"""Two thousand runs, two hundred at once: nothing grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import pytest

from tests.durability.counting import my_evals

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
RUNS, AT_ONCE = 2000, 200
SCRIPT = '[{text: "Let me think."}, {calls: [{name: submit, arguments: {content: "number = 2"}}]}]'
RUBRIC = """\
# Is there a number
criteria:
  numbered: {claim: it has a number, pattern: 'number = \\d+'}
  lettered: {claim: it has a letter, pattern: 'n.m'}
"""


@dataclass(frozen=True)
class Sample:
    """What a process had when so many of its runs were done; `memory` in MiB."""

    done: int
    memory: float
    descriptors: int
    children: int


def test_nothing_grows(tmp_path: Path) -> None:
    """Memory of the last quarter within a tenth of the second's; no descriptor or process piles up."""
    samples = list(watched(tmp_path))
    records = [json.loads(line) for line in (tmp_path / "here/runs.jsonl").read_text().splitlines()]
    assert sorted(record["run"] for record in records) == list(range(RUNS))
    assert {record["outcome"] for record in records} == {"pass"}
    second, last = (quarter(samples, at) for at in (1, 3))
    assert fmean(one.memory for one in last) <= 1.1 * fmean(one.memory for one in second)
    assert max(one.descriptors for one in last) <= max(one.descriptors for one in second) + 10
    assert max(one.children for one in last) <= max(one.children for one in second)


def watched(folder: Path) -> Iterator[Sample]:
    """While the real command works."""
    mine = my_evals(folder / "my_evals")
    (mine / "rubric/mine.yaml").write_text(RUBRIC)
    command = [
        sys.executable, "-m", "engine", "--config-dir", str(mine), "task=mine", "toolkit=submit",
        "grading=probe", "agent.model=scripted", f"agent.model.replies={SCRIPT}", "agent.model.seconds=0.2",
        f"runs={RUNS}", f"concurrency={AT_ONCE}", "out=here",
    ]  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        while process.poll() is None:
            if sample := sampled(process.pid, folder / "here/runs.jsonl"):
                yield sample
            time.sleep(0.05)
    assert process.returncode == 0, (folder / "log").read_text()[-2000:]


def sampled(process: int, runs: Path) -> Sample | None:
    try:
        done = runs.read_bytes().count(b"\n")
        proc = Path("/proc", str(process))
        pages = int((proc / "statm").read_text().split()[1])
        children = sum(len(task.read_text().split()) for task in proc.glob("task/*/children"))
        memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        return Sample(done, memory, len(list((proc / "fd").iterdir())), children)
    except OSError:
        return None


def quarter(samples: list[Sample], at: int) -> list[Sample]:
    """Those of the runs of that quarter, counted from 0."""
    return [one for one in samples if at <= one.done * 4 / RUNS < at + 1]
