"""The double's rules: a server that takes everything would prove nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import anthropic
import pytest

from .asking import CLOSED, MARK, RESULT, SECOND, TOOL, USE, body, formed, own, post, used, user
from .messages import MessagesServer
from .replies import text, thinking

RIGHT = {
    "plain": body(),
    "string": body(messages=[{"role": "user", "content": "Hello."}]),
    "system": body(system="Be brief."),
    "tools": body(tools=[TOOL]),
    "answered": body(tools=[TOOL], messages=used(RESULT, SECOND, text("Hurry."))),
    "any order": body(tools=[TOOL], messages=used(SECOND, RESULT)),
    "adaptive": body(thinking={"type": "adaptive"}),
    "between": body(model="claude-sonnet-5-5", thinking={"type": "between_tools"}),
    "budget": body(model="claude-haiku-4-5", thinking={"type": "enabled", "budget_tokens": 1024}),
    "four marks": body(messages=[user(*[text("a") | MARK] * 3)], **MARK),
    "schema": formed(CLOSED),
    "forced": body(model="claude-haiku-4-5", tools=[TOOL], tool_choice={"type": "any"}),
    "thought": body(messages=[user(text("a")), own(thinking("Hm."), text("b")), user(text("c"))]),
}

WRONG = {
    "no model": (body(model=None), "body.model: missing"),
    "unknown model": (body(model="claude-2"), "claude-2 not found"),
    "temperature": (body(temperature=0), "body.temperature: unknown"),
    "top_p": (body(top_p=0.5), "body.top_p: unknown"),
    "top_k": (body(top_k=5), "body.top_k: unknown"),
    "number in words": (body(max_tokens="4000"), "is no int"),
    "too many tokens": (body(max_tokens=200_000), "max_tokens: not within"),
    "no messages": (body(messages=[]), "the first must be the user's"),
    "assistant first": (body(messages=[own(text("a")), user(text("b"))]), "the first must be the user's"),
    "two in a row": (body(messages=[user(text("a")), user(text("b"))]), "roles must alternate"),
    "system role": (
        body(messages=[user(text("a")), {"role": "system", "content": "b"}, user(text("c"))]),
        "roles are user and assistant",
    ),
    "prefill": (body(messages=[user(text("a")), own(text("b"))]), "prefill is not supported"),
    "blank text": (body(messages=[user(text(" "))]), "must be non-empty"),
    "blank system": (body(system=""), "must be non-empty"),
    "blank result": (
        body(tools=[TOOL], messages=used({**RESULT, "content": [text("")]}, SECOND)),
        "must be non-empty",
    ),
    "no content": (body(messages=[user()]), "must not be empty"),
    "unknown block": (body(messages=[user({"type": "txt", "text": "a"})]), "is nothing the API knows"),
    "unknown field": (body(messages=[user({**text("a"), "note": 1})]), "note: unknown"),
    "missing field": (body(messages=[user({"type": "text"})]), "text: missing"),
    "unanswered": (body(tools=[TOOL], messages=used(RESULT)), "answered by tool_result"),
    "never answered": (body(tools=[TOOL], messages=used(text("Hm."))), "answered by tool_result"),
    "answered twice": (body(tools=[TOOL], messages=used(RESULT, RESULT, SECOND)), "answered by tool_result"),
    "never called": (body(tools=[TOOL], messages=[user(RESULT)]), "answered by tool_result"),
    "text before results": (
        body(tools=[TOOL], messages=used(text("Hm."), RESULT, SECOND)),
        "come first",
    ),
    "call by the user": (body(tools=[TOOL], messages=[user(USE)]), "tool_use is the assistant's"),
    "calls without tools": (body(messages=used(RESULT, SECOND)), "tools: required"),
    "tool twice": (body(tools=[TOOL, TOOL]), "names must be unique"),
    "tool name": (body(tools=[{**TOOL, "name": "a b"}]), "is no name"),
    "tool schema": (body(tools=[{**TOOL, "input_schema": {"type": "array"}}]), "must be of type object"),
    "forged thought": (
        body(messages=[user(text("a")), own({**thinking("a"), "thinking": "b"}, text("c")), user(text("d"))]),
        "cannot be modified",
    ),
    "thought last": (
        body(messages=[user(text("a")), own(thinking("b")), user(text("c"))]),
        "final block cannot be thinking",
    ),
    "haiku by budget": (
        body(thinking={"type": "enabled", "budget_tokens": 2000}),
        "does not support enabled",
    ),
    "opus without thinking": (
        body(model="claude-opus-5-5", thinking={"type": "disabled"}),
        "does not support disabled",
    ),
    "sonnet without thinking": (
        body(model="claude-sonnet-5-5", thinking={"type": "disabled"}),
        "does not support disabled",
    ),
    "4-5 adaptive": (
        body(model="claude-haiku-4-5", thinking={"type": "adaptive"}),
        "does not support adaptive",
    ),
    "small budget": (
        body(model="claude-haiku-4-5", thinking={"type": "enabled", "budget_tokens": 100}),
        "at least 1024",
    ),
    "large budget": (
        body(model="claude-haiku-4-5", thinking={"type": "enabled", "budget_tokens": 4000}),
        "less than max_tokens",
    ),
    "forced": (body(tools=[TOOL], tool_choice={"type": "tool", "name": "add"}), "cannot be forced"),
    "forced while thinking": (
        body(
            model="claude-haiku-4-5",
            tools=[TOOL],
            tool_choice={"type": "any"},
            thinking={"type": "enabled", "budget_tokens": 2000},
        ),
        "not be forced while thinking",
    ),
    "five marks": (body(messages=[user(*[text("a") | MARK] * 4)], **MARK), "at most 4 blocks, found 5"),
    "open schema": (formed({**CLOSED, "additionalProperties": True}), "additionalProperties must be false"),
    "schema within": (
        formed({**CLOSED, "properties": {"a": {"type": "array", "items": {"type": "object"}}}}),
        "a.items: additionalProperties must be false",
    ),
    "bounds": (formed({**CLOSED, "properties": {"a": {"type": "integer", "minimum": 0}}}), "minimum is not"),
    "lengths": (
        formed({**CLOSED, "properties": {"a": {"type": "string", "maxLength": 9}}}),
        "maxLength is",
    ),
    "not required": (formed({**CLOSED, "required": ["b"]}), "names an unknown property"),
}


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer(lambda _: [text("Hello.")]) as server:
        yield server


@pytest.mark.parametrize("name", RIGHT)
async def test_takes(server: MessagesServer, name: str) -> None:
    """What the API allows is answered."""
    status, answer = await post(server, RIGHT[name])
    assert status == 200, answer
    assert server.invalid == []
    anthropic.types.Message.model_validate_json(answer)


@pytest.mark.parametrize("name", WRONG)
async def test_refuses(server: MessagesServer, name: str) -> None:
    """What the API refuses is refused with the reason, and remembered."""
    sent, reason = WRONG[name]
    status, answer = await post(server, sent)
    assert status == (404 if name == "unknown model" else 400)
    assert reason in json.loads(answer)["error"]["message"]
    assert len(server.invalid) == 1


@pytest.mark.parametrize(
    ("headers", "status"), [({"anthropic-version": "2026-10-21"}, 401), ({"Authorization": "Bearer k"}, 400)]
)
async def test_headers(server: MessagesServer, headers: dict[str, str], status: int) -> None:
    """A key and the API's version are demanded."""
    assert (await post(server, body(), headers))[0] == status


async def test_no_json(server: MessagesServer) -> None:
    """A body that is no object is refused."""
    assert (await post(server, [1]))[0] == 400
