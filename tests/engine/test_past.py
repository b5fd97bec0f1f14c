"""An experiment as its folder tells of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.errors import Refused
from engine.experiment import conduct
from engine.folder import Folder
from engine.past import read
from engine.report.__main__ import main
from tests import doubles
from tests.doubles import plan

CONFIG = doubles.CONFIG.replace("points: null", "points: 2")


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    conduct(plan(tmp_path, runs=3, config=CONFIG))
    capsys.readouterr()
    return tmp_path / "out"


def test_the_summary_is_made_from_config_and_records_alone(folder):
    """What was written as a summary is not looked at."""
    (folder / "summary.json").unlink()
    past = read(folder)
    assert (past.task, past.threshold.points, past.rubric.points) == ("toy", 2, 3)
    assert past.summary.outcomes["pass"] == 3
    assert past.summary.criteria["b"].rate == 1
    assert past.summary.seconds >= 0


@pytest.mark.parametrize("text", ["", "[1]", "task: {name: x}\n", "a: [\n"])
def test_what_is_no_experiment_is_refused(folder, text):
    """With the folder's name, never with a traceback."""
    (folder / "config.yaml").write_text(text)
    with pytest.raises(Refused, match="out"):
        read(folder)


def test_the_command(folder, capsys):
    """One folder is summed up, several are compared; a folder that is none is refused."""
    assert main([str(folder)]) == 0
    said = capsys.readouterr().out
    assert "3 runs: 3 pass, 0 fail" in said
    assert "Exact interval of the pass rate (Clopper-Pearson): 29% to 100%" in said
    assert main([str(folder), str(folder)]) == 0
    assert "3 pairs, 3 decided in both: 0 gained, 0 lost" in capsys.readouterr().out
    assert main([str(folder / "nowhere")]) == 2
    assert "Refused" in capsys.readouterr().err


def test_a_line_that_is_no_record_is_named(folder):
    """The folder is one of ours; that line is not."""
    with (folder / "runs.jsonl").open("ab") as file:
        file.write(b"null\n")
    with pytest.raises(Refused, match=r"runs\.jsonl, line 4 is no record"):
        read(folder)


def test_two_tasks_are_not_compared(folder, tmp_path, capsys):
    """It is said why."""
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    (other / "config.yaml").write_text(CONFIG.replace("name: toy", "name: other"))
    assert main([str(folder), str(other)]) == 0
    assert "Not compared: other is another task than toy" in capsys.readouterr().out


def test_a_torn_transcript_can_be_read(folder):
    """A crash may have cut the last line."""
    path = folder / "transcripts/001.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert next(event["event"] for event in Folder(folder).events(1)) == "run_started"
    assert Folder(folder).events(99) == []
