"""The presets that ship with the project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from engine.record import Record

ROOT = Path(__file__).parents[1]
PRESETS = sorted((ROOT / "conf/experiment").glob("*.yaml"))
TASKS = {path.stem for path in (ROOT / "conf/task").glob("*.yaml")}


@pytest.mark.parametrize("file", PRESETS, ids=lambda file: file.stem)
def test_a_preset_says_what_it_is_and_what_it_sweeps(file):
    """Its first comment is what --help shows; a sweep names tasks that there are."""
    lines = file.read_text().splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1].startswith("# ")
    swept = yaml.safe_load(file.read_text())["hydra"]["sweeper"]["params"]
    assert set(swept["task"].split(",")) <= TASKS


def test_the_ablation_goes_through_every_prompt_of_titans():
    said = yaml.safe_load((ROOT / "conf/task/titans.yaml").read_text())
    preset = yaml.safe_load((ROOT / "conf/experiment/titans_hints.yaml").read_text())
    swept = preset["hydra"]["sweeper"]["params"]["task.prompt"]
    assert set(swept.split(",")) == set(said["task"]["prompts"])


@pytest.mark.slow
def test_the_smoke_test(tmp_path):
    """One command, no key: every task grades its reference, in one sweep with one table."""
    done = subprocess.run(
        [sys.executable, "-m", "engine", "experiment=smoke", "out=here"],
        check=False, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = {path.parent.name: Record.parse(path.read_bytes()) for path in tmp_path.glob("here/*/runs.jsonl")}
    assert set(found) == {f"task={task}" for task in TASKS}
    assert {found[f"task={task}"].outcome for task in TASKS - {"ideas"}} == {"pass"}
    assert found["task=ideas"].outcome == "undecided"  # its scores need a judge
    table = done.stdout[done.stdout.rindex("task        pass") :]
    assert all(f"\n{task}" in table for task in TASKS)
