"""The labelled sets of ideas: what needs no judge is decided as labelled, and the labels agree."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.record import Record
from engine.submission import Submission
from engine.task import Assets
from engine.verdict import Verdict
from tests.doubles import attempt
from tests.engine.config.composing import planned
from tests.ideas.test_over_http import ROOT, TOPICS, command
from tests.score import module

TASK = ROOT / "conf/task/ideas"
FILES = sorted(TASK.glob("specimens/*/*.json"))
SETS = [file for file in FILES if file.stem != "labels"]
BANDS = ["EXCEPTIONAL", "GOOD", "MEDIOCRE", "POOR"]
FORM = planned("task=ideas", "topic=memory", "agent=replay", "grading=probe").rubric.gates["parts"].schema


def labels(topic: str) -> dict[str, dict[str, Any]]:
    return json.loads((TASK / "specimens" / topic / "labels.json").read_text(encoding="utf-8"))


def label(file: Path) -> dict[str, Any]:
    return labels(file.parent.name)[file.stem]


async def probed(file: Path, folder: Path) -> dict[str, Verdict]:
    submission = Submission({"ideas.json": file.read_text(encoding="utf-8")})
    given = Assets(TASK).given()
    found: dict[str, Verdict] = await module("ideas", "ideas").probe(submission, attempt(folder, given=given))
    return found


@pytest.mark.parametrize("file", SETS, ids=lambda file: f"{file.parent.name}-{file.stem}")
async def test_what_needs_no_judge(tmp_path: Path, file: Path) -> None:
    """Count and parts, repeated ideas, papers: as labelled."""
    document = json.loads(file.read_text(encoding="utf-8"))
    fits = Draft202012Validator(FORM).is_valid(document)
    said = {"parts": "pass" if fits else "fail"}
    said |= {id: verdict.verdict for id, verdict in (await probed(file, tmp_path)).items()}
    wanted = label(file)["gates"]
    assert {id: said[id] for id in wanted} == wanted


@pytest.mark.parametrize("topic", TOPICS)
def test_the_labels_of_a_topic(topic: str) -> None:
    """Every set has a label; bands follow the ranks; what fails a gate has neither."""
    said = labels(topic)
    assert set(said) == {file.stem for file in SETS if file.parent.name == topic}
    judged = {name: one for name, one in said.items() if one["failure"] is None}
    assert len(judged) >= 6
    ranked = sorted(judged.values(), key=lambda one: one["rank"])
    assert [one["rank"] for one in ranked] == list(range(1, len(ranked) + 1))
    places = [BANDS.index(one["band"]) for one in ranked]
    assert places == sorted(places)
    assert said["reference"]["band"] in ("EXCEPTIONAL", "GOOD")
    assert {one["band"] for one in judged.values()} >= {"GOOD", "MEDIOCRE", "POOR"}
    for name, one in said.items():
        assert (one["band"], one["rank"]) == (None, None) or one["failure"] is None
        assert (one["failure"] is None) == (set(one["gates"].values()) == {"pass"})
        titles = [
            idea["title"]
            for idea in json.loads((TASK / f"specimens/{topic}/{name}.json").read_text())["ideas"]
        ]
        assert {one.get("best"), one.get("worst")} - {None} <= set(titles)


@pytest.mark.slow
@pytest.mark.parametrize("topic", TOPICS)
def test_without_a_judge_it_says_that_scores_need_one(tmp_path: Path, topic: str) -> None:
    """Sets that fail a gate fail; of all others nothing is claimed, and it is said why."""
    done = subprocess.run(
        command(f"task=ideas topic={topic} agent=replay grading=probe out=here"),
        check=False, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (tmp_path / "here/runs.jsonl").read_bytes().splitlines()
    records = {record.source: record for record in map(Record.parse, lines)}
    said = labels(topic)
    assert set(records) == set(said)
    for name, record in records.items():
        wanted = ("undecided", None) if said[name]["failure"] is None else ("fail", said[name]["failure"])
        assert (record.outcome, record.failure) == wanted, name
        assert record.score is None or record.outcome == "fail"
    assert "a score needs a judge" in done.stdout
