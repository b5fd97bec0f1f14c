"""The tool loop, against scripted models."""

from __future__ import annotations

import asyncio
import json
from typing import ClassVar

import pytest

from engine.agents.loop import Loop
from engine.errors import AgentFailed, Void
from engine.model import Results, ToolCall, Turn, Usage, User
from engine.models.scripted import Scripted
from engine.task import Limits, Task
from tests.doubles import CODE, SUBMITS, Answering, attempt
from toolkits.submit import SubmitDocument


def task(**limits: object) -> Task:
    return Task(name="toy", description="a toy", submission="answer.py", limits=Limits(**limits))


async def test_hands_in_what_the_model_submits(tmp_path):
    """The submission is the content of the tool call, under the task's file name."""
    submission = await Loop(Scripted(SUBMITS), "Please submit.").solve(attempt(tmp_path))
    assert dict(submission.files) == {"answer.py": CODE}


async def test_one_reminder_then_no_submission(tmp_path):
    """A model that only talks is reminded once, politely, and then has handed in nothing."""
    model = Answering(lambda _: "I am done.")
    with pytest.raises(AgentFailed, match="reminded") as failed:
        await Loop(model, "Please submit.").solve(attempt(tmp_path))
    assert failed.value.failure == "no_submission"
    assert len(model.asked) == 2
    assert model.asked[1].messages[-1] == User(("Please submit.",))


async def test_calls_of_one_turn_are_answered_together(tmp_path):
    """Each call gets one result, in order, in one message; a bad one is an error result."""
    calls = (ToolCall("1", "sing", {}), ToolCall("2", "submit", {"text": "x"}))

    def answer(request):
        if len(request.messages) == 1:
            return Turn("", calls, "tools", raw=["kept"])
        return Turn("", (ToolCall("3", "submit", {"content": "x = 1"}),), "tools")

    model = Answering(answer)
    submission = await Loop(model, "").solve(attempt(tmp_path))
    results = model.asked[1].messages[-1]
    assert isinstance(results, Results)
    assert [(result.id, result.error) for result in results.results] == [("1", True), ("2", True)]
    assert "there is no tool 'sing'" in results.results[0].text
    assert "content" in results.results[1].text
    assert model.asked[1].messages[1].raw == ["kept"]
    assert submission.files["answer.py"] == "x = 1"


@pytest.mark.parametrize(
    ("limits", "words"),
    [({"turns": 3}, "3 turns"), ({"tokens": 40}, "40 tokens"), ({"cost": 0.002}, "0.002 US dollars")],
)
async def test_each_limit_ends_the_attempt(tmp_path, limits, words):
    """Out of turns, tokens or money is the agent's failure, and says which limit it was."""
    turn = Turn("", (ToolCall("1", "sing", {}),), "tools", Usage(10, 10, cost=0.001))
    with pytest.raises(AgentFailed, match=words) as failed:
        await Loop(Answering(lambda _: turn), "").solve(attempt(tmp_path, task=task(**limits)))
    assert failed.value.failure == "no_submission"


async def test_out_of_time(tmp_path):
    """An attempt that takes too long over many replies is cut and called a timeout."""
    calls = Scripted([{"calls": [{"name": "sing"}]}], seconds=0.02)
    with pytest.raises(AgentFailed, match=r"0\.2 seconds") as failed:
        await Loop(calls, "").solve(attempt(tmp_path, task=task(seconds=0.2, turns=None)))
    assert failed.value.failure == "timeout"


async def test_a_provider_that_hangs(tmp_path):
    """A reply that alone took more than half of the time is the provider's fault."""
    with pytest.raises(Void, match=r"scripted: no reply for 0\.") as void:
        await Loop(Scripted(SUBMITS, seconds=5), "").solve(attempt(tmp_path, task=task(seconds=0.05)))
    assert void.value.kind == "provider"


async def test_a_slow_tool_is_the_agents_time(tmp_path):
    """The model had replied, so its provider is not to blame."""

    class Slow:
        description = "takes its time"
        schema: ClassVar = {"type": "object"}

        async def __call__(self, attempt):
            await asyncio.sleep(5)

    model = Scripted([{"calls": [{"name": "sing"}]}])
    with pytest.raises(AgentFailed, match="seconds"):
        await Loop(model, "").solve(attempt(tmp_path, task=task(seconds=0.05), tools={"sing": Slow()}))


async def test_a_limit_of_cost_needs_a_known_cost(tmp_path):
    """A reply of unknown cost ends the attempt, and is not held against the agent."""
    turn = Turn("", (ToolCall("1", "sing", {}),), "tools", Usage(10, 10, cost=None))
    model = Answering(lambda _: turn)
    with pytest.raises(Void, match=r"task\.limits\.cost") as void:
        await Loop(model, "").solve(attempt(tmp_path, task=task(cost=1.0)))
    assert void.value.kind == "engine"
    assert len(model.asked) == 1


@pytest.mark.parametrize(("stop", "asked"), [("refusal", 3), ("context", 1)])
async def test_a_model_that_cannot_go_on(tmp_path, stop, asked):
    """A refusal that is repeated, or a full context, ends the attempt without a reminder."""
    model = Answering(lambda _: Turn("No.", stop=stop))
    with pytest.raises(AgentFailed):
        await Loop(model, "").solve(attempt(tmp_path))
    assert len(model.asked) == asked


async def test_a_pause_is_continued(tmp_path):
    """A paused turn is sent back as it is; no reminder is due."""

    def answer(request):
        if len(request.messages) == 1:
            return Turn("searching", stop="pause")
        return Turn("", (ToolCall("1", "submit", {"content": "y"}),), "tools")

    model = Answering(answer)
    await Loop(model, "").solve(attempt(tmp_path))
    assert [type(message) for message in model.asked[1].messages] == [User, Turn]


async def test_a_provider_failure_passes_through(tmp_path):
    """What is left after retries is ours: void, not a failure of the agent."""

    def answer(_):
        raise Void("provider", "overloaded")

    with pytest.raises(Void):
        await Loop(Answering(answer), "").solve(attempt(tmp_path))


async def test_the_transcript_tells_every_call(tmp_path):
    """Model calls with usage and tool calls are on disk as they happen."""
    this = attempt(tmp_path)
    await Loop(Scripted(SUBMITS), "Please submit.").solve(this)
    events = [json.loads(line) for line in (tmp_path / "000.jsonl").read_text().splitlines()]
    assert [event["event"] for event in events] == ["model_call", "model_call", "tool_call"]
    assert events[0]["usage"]["output"] > 0
    assert this.transcript.usage["agent"].tokens > 0


async def test_two_misfits_of_one_turn_are_both_told(tmp_path):
    """A call cannot heed what is said of another of its turn; the next turn's is handed in as it is."""
    misfit = {"name": "hand", "arguments": {"ideas": []}}
    model = Scripted([{"calls": [misfit, misfit]}, {"calls": [misfit]}])
    form = {"type": "object", "properties": {"ideas": {"type": "array", "minItems": 1}}}
    here = attempt(tmp_path, tools={"hand": SubmitDocument(form)})
    submission = await Loop(model, "Please submit.").solve(here)
    assert json.loads(submission.files["answer.py"]) == {"ideas": []}
    assert here.refused == ["hand", "hand"]
