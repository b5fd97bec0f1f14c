"""One run, to be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.experiment import conduct
from engine.show import main
from tests.doubles import Answering, plan, verdicts


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """An experiment of two runs, the first of which passed."""
    judge = Answering(verdicts(lambda _: {"reason": "it stands there \x1b[31m"}))
    conduct(plan(tmp_path, runs=2, judge_model=judge))
    capsys.readouterr()
    return str(tmp_path / "out")


def test_a_whole_run(folder, capsys):
    """Outcome, verdicts with reasons and quotes, then what was said, turn by turn; nothing in it acts."""
    assert main([folder, "1"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("run 001  pass")
    assert "a: pass  it stands there ⟦U+001B⟧[31m" in said
    assert "answer.py:1  import torch" in said
    assert said.index("Let me think.") < said.index("calls submit") < said.index("judge")
    assert "\x1b" not in said


def test_one_turn(folder, capsys):
    """With what followed it, and nothing of the others."""
    assert main([folder, "0", "--turn", "1"]) == 0
    said = capsys.readouterr().out
    assert "Let me think." in said
    assert "calls submit" not in said
    assert main([folder, "0", "--turn", "9"]) == 1


def test_a_prompt_of_several_lines(tmp_path, capsys):
    """It can be read."""
    conduct(plan(tmp_path, prompt="Write it.\nNow.\x1b"))
    assert main([str(tmp_path / "out"), "0"]) == 0
    assert "\nrun_started\n    prompt: Write it.\n    Now.⟦U+001B⟧\n" in capsys.readouterr().out


def test_a_search(folder, capsys):
    """Each line that matches, with its turn; the code says whether there is one."""
    assert main([folder, "0", "--grep", "torch\\.ONES"]) == 0
    assert capsys.readouterr().out.startswith("turn 2: x = torch.ones(3)")
    assert main([folder, "0", "--grep", "nowhere to be found"]) == 1


def test_as_data(folder, capsys):
    """The record and all events."""
    assert main([folder, "1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["record"]["run"] == 1
    assert next(event["event"] for event in said["transcript"]) == "run_started"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["7"], "there is no run 7; there are: 0 to 1"),
        (["0", "--grep", "("], "this is no regular expression"),
    ],
)
def test_bad_input_is_refused(folder, capsys, words, complaint):
    """In one line, with what would be accepted."""
    assert main([folder, *words]) == 2
    assert complaint in capsys.readouterr().err


def test_a_folder_that_is_none(tmp_path, capsys):
    assert main([str(tmp_path), "0"]) == 2
    assert "this is not the output folder of an experiment" in capsys.readouterr().err
