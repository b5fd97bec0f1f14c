"""One experiment from plan to exit code."""

from __future__ import annotations

import json
import re
import signal
from dataclasses import replace
from typing import ClassVar

import pytest

from engine.agents.replay import Replay
from engine.budget import Budget
from engine.errors import Refused, Unanswered, Void
from engine.experiment import conduct
from engine.folder import Folder
from engine.graders.judge import Judge
from engine.model import ToolCall, Turn, Usage
from engine.models.scripted import Scripted
from sandbox.landlock import Landlock
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


def test_a_sandbox_that_lets_processes_do_too_little(tmp_path):
    """It would make every run void, and only after the agent was paid."""
    agent = Answering(lambda _: "hi")
    this = plan(tmp_path, agent_model=agent, sandbox=Landlock())
    conduct(replace(this, runs=1))
    asked = len(agent.asked)
    this = plan(tmp_path / "b", agent_model=agent, sandbox=Landlock())
    with pytest.raises(Refused, match="in landlock they cannot; sandbox=namespaces lets them"):
        conduct(replace(this, use_probes=True, task=replace(this.task, sockets=True)))
    assert len(agent.asked) == asked
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


class Flaky(Answering):
    """Stops answering after so many replies, or for good words."""

    def __init__(self, answer, replies):
        super().__init__(answer)
        self.left = replies

    async def reply(self, request):
        if not self.left:
            raise Unanswered("down")
        self.left -= 1
        return await super().reply(request)


def agent(request):
    """Looks around in two turns, then submits."""
    turns = sum(isinstance(message, Turn) for message in request.messages)
    call = ToolCall(f"c{turns}", "look", {}) if turns < 2 else ToolCall("s", "submit", {"content": CODE})
    return Turn("", (call,), "tools", Usage(100, 10, cost=0.1))


class Looking:
    """A tool that remembers how often it was used."""

    description = "Look."
    schema: ClassVar = {"type": "object", "properties": {}, "additionalProperties": False}

    def __init__(self):
        self.used = 0

    def __call__(self, attempt, /):
        self.used += 1
        return "It is there."


def test_going_on_pays_nothing_twice(tmp_path, capsys):
    """A run goes on after the last reply it got; tools are not used again; the record has all it cost."""
    look = Looking()
    tools = {"submit": Submit(), "look": look}
    first = Flaky(agent, 2)
    assert conduct(plan(tmp_path, agent_model=first, tools=tools, max_failures=1))[0] == 3
    assert "left 1 calls in a row unanswered: down: 0 of 1 runs" in " ".join(capsys.readouterr().out.split())
    then = Flaky(agent, 9)
    assert conduct(plan(tmp_path, agent_model=then, tools=tools, resumed=True))[0] == 0
    assert (len(first.asked), len(then.asked), look.used) == (2, 1, 2)
    record = json.loads((tmp_path / "out/runs.jsonl").read_text())
    assert record["outcome"] == "pass"
    assert record["usage"]["agent"] == {
        "input": 300, "output": 30, "cache_read": 0, "cache_write": 0, "cost": pytest.approx(0.3)
    }  # fmt: skip
    events = [event["event"] for event in Folder(tmp_path / "out").events(0)]
    assert events[:7] == ["run_started", *["model_call", "tool_call", "tool_result"] * 2]
    assert events[7:10] == ["run_resumed", "model_call", "tool_call"]


def test_what_is_handed_in_is_only_graded(tmp_path):
    """Where the judge was down, the agent is not asked again, nor for what the judge did answer."""
    judge = Flaky(verdicts(lambda _: {}), 1)
    assert conduct(plan(tmp_path, judge_model=judge))[0] == 3
    agent_model, again = Answering(agent), Flaky(verdicts(lambda _: {}), 9)
    this = plan(tmp_path, agent_model=agent_model, judge_model=again, resumed=True)
    assert conduct(this)[0] == 0
    assert (len(agent_model.asked), len(again.asked)) == (0, 1)
    (line,) = (tmp_path / "out/runs.jsonl").read_text().splitlines()
    assert json.loads(line)["usage"]["judge"]["cost"] == pytest.approx(0.002)


def test_going_on_makes_what_is_missing(tmp_path, capsys):
    """Runs that are kept are not made again, void ones are, and there may be more of them now."""
    model = Answering(broken)
    assert conduct(plan(tmp_path, runs=2, agent_model=model, max_failures=9))[0] == 3
    assert "To make the void runs again: python -m engine resume=" in capsys.readouterr().out
    assert conduct(plan(tmp_path, runs=2, resumed=True))[0] == 0
    again = Answering(lambda _: Turn("", (ToolCall("s", "submit", {"content": CODE}),), "tools"))
    assert conduct(plan(tmp_path, runs=5, agent_model=again, resumed=True))[0] == 0
    assert len(again.asked) == 3
    lines = (tmp_path / "out/runs.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["run"] for line in lines) == [0, 1, 2, 3, 4]


def test_the_budget_ends_it_in_good_order(tmp_path, capsys):
    """Running calls are answered and kept, no further one begins, and it can go on with a higher one."""
    this = plan(tmp_path, runs=8, agent_model=Answering(agent), budget=Budget(usd=1.0), concurrency=2)
    tools = {"submit": Submit(), "look": Looking()}
    assert conduct(replace(this, tools=tools))[0] == 3
    out = " ".join(capsys.readouterr().out.split())
    assert re.search(r"Stopped, budget.usd=1 is reached: [123] of 8 runs finished and are kept\.", out)
    assert re.search(r"Paid so far, for attempts that were cut off as well: [\d,]+ tokens \$[1-9]\.", out)
    assert re.search(r"To go on: python -m engine resume=\S+/out budget.usd=MORE$", out)
    again = replace(this, budget=Budget(usd=9), resumed=True, tools=tools)
    assert conduct(again)[0] == 0
    assert len((tmp_path / "out/runs.jsonl").read_text().splitlines()) == 8
    calls = sum(len(model.asked) for model in this.models.values())
    events = [event for run in range(8) for event in Folder(this.out).events(run)]
    assert calls == sum(event["event"] == "model_call" for event in events) == 8 * 5


def test_two_at_once_are_refused(tmp_path):
    first = plan(tmp_path)
    assert conduct(first)[0] == 0
    folder = Folder(first.out)
    folder.resume({})
    with pytest.raises(Refused, match="another process is at work"):
        conduct(plan(tmp_path, resumed=True))
    folder.release()
