"""One experiment from plan to exit code."""

from __future__ import annotations

import json
import signal
from typing import ClassVar

import pytest

from engine.agents.replay import Replay
from engine.errors import Refused, Void
from engine.experiment import conduct
from engine.graders.judge import Judge
from engine.models.scripted import Scripted
from tests.doubles import CODE, Answering, gate, plan, verdicts, write_probe
from toolkits.submit import Submit


def test_a_whole_experiment(tmp_path, capsys):
    """Records, summary and config are on disk, each run is printed, the models are closed."""
    judge = Answering(verdicts(lambda _: {}))
    assert conduct(plan(tmp_path, runs=3, judge_model=judge))[0] == 0
    lines = (tmp_path / "out/runs.jsonl").read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == ["pass"] * 3
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert (summary["task"], summary["rate"], summary["ended_early"]) == ("toy", 1.0, "")
    printed = capsys.readouterr().out
    assert printed.count("pass") >= 3
    assert "Pass rate 100%" in printed
    assert judge.closed


def broken(_):
    raise Void("provider", "down")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fail_under": 0.3}, 0),
        ({"agent_model": Scripted([{"text": "no"}]), "fail_under": 0.3}, 1),
        ({"agent_model": Scripted([{"text": "no"}])}, 0),
        ({"judge_model": Answering(verdicts(lambda _: {"verdict": "unclear"})), "fail_under": 0.3}, 1),
        ({"agent_model": Answering(broken), "fail_under": 0.3}, 3),
    ],
)
def test_exit_codes(tmp_path, changes, code):
    """0 done, 1 under the rate asked for (or none decided), 3 with voids, which come first."""
    assert conduct(plan(tmp_path, **changes))[0] == code


def test_an_interruption_keeps_what_finished(tmp_path, capsys):
    """Ctrl-C ends with a summary of what is there and exit code 130."""

    pressed = []

    def answer(request):
        if len(list((tmp_path / "out/submissions").iterdir())) > 1 and not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)
        return verdicts(lambda _: {})(request)

    assert conduct(plan(tmp_path, runs=5, concurrency=1, judge_model=Answering(answer)))[0] == 130
    assert len((tmp_path / "out/runs.jsonl").read_text().splitlines()) == 1
    assert "1 of 5 runs finished and are kept" in capsys.readouterr().out


def test_without_a_sandbox_nothing_is_begun(tmp_path):
    """Where submissions cannot be run, that is said before any model is asked and any folder made."""
    agent = Answering(lambda _: "hi")
    write_probe(tmp_path / "probes", "runs", "return {}")
    this = plan(tmp_path, gates={"execution": gate("runs")}, agent_model=agent)
    with pytest.raises(Refused, match="no sandbox here"):
        conduct(this)
    assert agent.asked == []
    assert agent.closed
    assert not this.out.exists()


class Running:
    """A tool that works in the attempt's workspace."""

    needs_sandbox = True
    description = "Run."
    schema: ClassVar = {"type": "object", "properties": {}, "additionalProperties": False}

    async def __call__(self, attempt, /):
        return await attempt.workspace.ask({}, 1.0, 100)


def test_without_a_sandbox_no_tool_that_needs_one(tmp_path):
    """The same where it is the agent's tools that need it, and only where there is an agent to use them."""
    tools = {"submit": Submit(), "run": Running()}
    with pytest.raises(Refused, match="no sandbox here"):
        conduct(plan(tmp_path / "a", tools=tools))
    judge = Answering(verdicts(lambda _: {}))
    (tmp_path / "specimens").mkdir()
    (tmp_path / "specimens/old.py").write_text(CODE)
    agent = Replay(None, tmp_path / "specimens", "answer.py")
    this = plan(tmp_path / "b", agent, tools=tools, judge=Judge(judge), models={"judge.model": judge})
    assert conduct(this)[0] == 0
