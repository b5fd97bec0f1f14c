"""The Messages double beyond its rules: memory, cache, streams and ready-made scripts."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from pathlib import Path

import anthropic
import jsonschema
import pytest

from engine.graders.answer import WHOLE, parse, schema
from engine.graders.fence import fence
from engine.graders.policy import question
from engine.graders.quotes import misquoted
from engine.models.schema import closed
from engine.rubric import Criterion, Rubric

from .asking import MARK, RESULT, TOOL, body, formed, own, post, user
from .messages import MessagesServer
from .replies import Reply, call, text, thinking
from .scripts import deciding, either, judging, submitting


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer(lambda _: [text("Hello.")]) as server:
        yield server


async def test_thoughts_of_a_call(server: MessagesServer) -> None:
    """The thoughts that came with a call have to come back with it."""
    server.respond = lambda _: [thinking("Hm."), call("add", {})]
    said = json.loads((await post(server, body(tools=[TOOL])))[1])["content"]
    result = {**RESULT, "tool_use_id": said[1]["id"]}
    start = user(text("a"))
    assert (await post(server, body(tools=[TOOL], messages=[start, own(*said), user(result)])))[0] == 200
    status, answer = await post(server, body(tools=[TOOL], messages=[start, own(said[1]), user(result)]))
    assert status == 400
    assert "missing or changed" in answer


async def test_pause(server: MessagesServer) -> None:
    """Only a turn that paused may be the last word."""
    server.respond = lambda _: Reply([text("Wait.")], "pause_turn")
    await post(server, body())
    assert (await post(server, body(messages=[user(text("a")), own(text("Wait."))])))[0] == 200


async def test_cache(server: MessagesServer) -> None:
    """What is behind a mark is written once, then read; a changed start reads nothing."""

    async def usage(*words: str) -> tuple[int, int, bool]:
        sent = body(messages=[user(*(text(word * 400) for word in words))], **MARK)
        counts = json.loads((await post(server, sent))[1])["usage"]
        read, written = counts["cache_read_input_tokens"], counts["cache_creation_input_tokens"]
        return read, written, counts["input_tokens"] == 0

    _, first, _ = await usage("a")
    assert await usage("a") == (first, 0, True)
    read, written, _ = await usage("a", "b")
    assert (read, written > 0) == (first, True)
    assert (await usage("c", "b"))[0] == 0


async def test_stream(server: MessagesServer) -> None:
    """A streamed answer adds up to the plain one."""
    said = [thinking("Hm. " * 1000), text("ü" * 3000), call("add", {"words": "x" * 3000})]
    server.respond = lambda _: copy.deepcopy(said)
    async with (
        anthropic.AsyncAnthropic(api_key="k", base_url=server.url) as client,
        client.messages.stream(**body(tools=[TOOL])) as stream,
    ):
        message = await stream.get_final_message()
    assert [block.to_dict() for block in message.content] == said
    assert message.stop_reason == "tool_use"


SUBMIT = {"name": "submit", "input_schema": {"type": "object", "required": ["content"]}}


async def test_scripts(server: MessagesServer, tmp_path: Path) -> None:
    """The ready-made agent talks, then submits the file; the judge answers what fits the schema."""
    file = tmp_path / "work.py"
    file.write_text("print('work')\n")
    server.respond = either(
        submitting(file), judging(lambda path, _, __: "fail" if path == "findings[0].verdict" else None)
    )
    opening = user(text("Do it."))
    talk = json.loads((await post(server, body(tools=[SUBMIT], messages=[opening])))[1])
    assert [block["type"] for block in talk["content"]] == ["text"]
    again = [opening, own(*talk["content"]), user(text("Go on."))]
    done = json.loads((await post(server, body(tools=[SUBMIT], messages=again)))[1])
    assert done["content"][-1]["name"] == "submit"
    assert done["content"][-1]["input"] == {"content": "print('work')\n"}
    finding = {
        "type": "object",
        "properties": {
            "reason": {"type": "string"},
            "verdict": {"enum": ["pass", "fail"]},
            "sure": {"type": "boolean"},
            "line": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["reason", "verdict", "sure", "line"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {"findings": {"type": "array", "items": finding}},
        "required": ["findings"],
        "additionalProperties": False,
    }
    judged = json.loads(json.loads((await post(server, formed(schema)))[1])["content"][0]["text"])
    jsonschema.validate(judged, schema)
    assert judged["findings"][0]["verdict"] == "fail"


def test_thread() -> None:
    """It can also serve from a thread, for programs that run a loop of their own."""

    async def ask(url: str) -> str:
        async with anthropic.AsyncAnthropic(api_key="k", base_url=url) as client:
            return (await client.messages.create(**body())).content[0].type

    with MessagesServer(lambda _: [text("Hello.")]) as server:
        assert asyncio.run(ask(server.url)) == "text"


async def test_deciding(server: MessagesServer) -> None:
    """The scripted judge of the engine gives exactly the verdicts that it is asked for, with a true quote."""
    asked = {"short": Criterion("It is short.", 1)}
    rubric = Rubric(criteria={"fast": Criterion("It is fast.", 1), **asked})
    server.respond = deciding({"short": "fail"}.__getitem__)
    prompt = user(text(fence({"a.py": "\nprint(1)"})), text(question(asked, rubric)))
    sent = formed(closed(schema(rubric))) | {"messages": [prompt]}
    answer = json.loads(json.loads((await post(server, sent))[1])["content"][0]["text"])
    verdicts = parse(json.dumps(answer), schema(rubric), asked, []).verdicts[WHOLE]
    assert verdicts["short"].verdict == "fail"
    assert misquoted(verdicts["short"], {"a.py": ["", "print(1)"]}) is None
