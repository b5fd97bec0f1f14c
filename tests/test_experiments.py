"""The presets that ship with the project."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from engine.config.resume import quoted
from engine.record import Record
from tests.test_end_to_end import engine

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
    done = engine("experiment=smoke", "out=here", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {path.parent.name: Record.parse(path.read_bytes()) for path in tmp_path.glob("here/*/runs.jsonl")}
    assert set(found) == {f"task={task}" for task in TASKS}
    assert {found[f"task={task}"].outcome for task in TASKS - {"ideas"}} == {"pass"}
    assert found["task=ideas"].outcome == "undecided"  # its scores need a judge
    table = done.stdout[done.stdout.rindex("task        pass") :]
    assert all(f"\n{task}" in table for task in TASKS)


def test_one_job_of_a_sweep_goes_on_by_the_command_that_was_printed(tmp_path):
    """Though its folder has a name that has to be quoted, and the preset alone says what is swept."""
    replies = "agent.model.replies=[{text: hm}, {text: hm}]"
    begin = [
        "experiment=titans_hints",
        "agent.model=scripted",
        replies,
        "grading=probe",
        "runs=1",
        "out=here",
    ]
    assert engine(*begin, cwd=tmp_path).returncode == 0
    folders = sorted(tmp_path.glob("here/*/runs.jsonl"))
    assert len(folders) == 4
    folder = folders[0].parent.relative_to(tmp_path)
    done = engine(f"resume={quoted(folder)}", "runs=2", cwd=tmp_path)
    assert "Going on: 1 of 2 runs are kept." in done.stdout
    assert [len(each.read_bytes().splitlines()) for each in folders] == [2, 1, 1, 1]
    assert sorted(tmp_path.glob("here/**/runs.jsonl")) == folders
