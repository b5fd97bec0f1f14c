"""The chat completions double itself: a server that takes everything would prove nothing."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from .chat import ChatServer
from .replies import text

pytestmark = pytest.mark.slow  # its types are openai's, which takes a second to import

USER = {"role": "user", "content": "Hello."}
CALL = {"id": "a", "type": "function", "function": {"name": "add", "arguments": "{}"}}
BROKEN = {**CALL, "function": {"name": "add", "arguments": "{"}}
OWN = {"role": "assistant", "content": None, "tool_calls": [CALL]}
TOLD = {"role": "tool", "tool_call_id": "a", "content": "1"}
CLOSED = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def formed(schema: Any, **changes: Any) -> dict[str, Any]:
    form = {"name": "answer", "strict": True, "schema": schema, **changes}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


async def post(changes: dict[str, Any], key: str = "Bearer k") -> tuple[int, str]:
    sent = {"model": "m", "messages": [USER], **changes}
    async with ChatServer(lambda _: [text("Hello.")]) as server, aiohttp.ClientSession() as session:
        address = f"{server.url}/chat/completions"
        async with session.post(address, json=sent, headers={"Authorization": key}) as response:
            return response.status, await response.text()


@pytest.mark.parametrize(
    "changes", [{}, {"messages": [USER, OWN, TOLD]}, formed(CLOSED)], ids=["plain", "tools", "schema"]
)
async def test_takes(changes: dict[str, Any]) -> None:
    """What the API allows is answered."""
    assert (await post(changes))[0] == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"thinking": 1}, "body.thinking: unknown"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "nothing the API knows"),
        ({"messages": [USER, {"role": "assistant", "content": "x"}]}, "the user or a tool speaks last"),
        ({"messages": [USER, {"role": "system", "content": "x"}, USER]}, "system comes first"),
        ({"messages": [{"role": "user", "content": ""}]}, "says nothing"),
        ({"messages": [USER, OWN, USER]}, "are not answered"),
        ({"messages": [USER, TOLD]}, "was not called"),
        ({"messages": [USER, OWN, TOLD, TOLD]}, "was not called"),
        ({"messages": [USER, {**OWN, "note": 1}, TOLD]}, "note: unknown"),
        ({"messages": [USER, {**OWN, "tool_calls": [BROKEN]}, TOLD]}, "are no JSON"),
        (formed(CLOSED, name="an answer"), "response_format: name"),
        (formed({"type": "object", "properties": {}}), "additionalProperties must be false"),
        (formed({**CLOSED, "properties": {"a": {"type": "string"}}}), "every property required"),
        (formed({**CLOSED, "minProperties": 1}), "minProperties is not supported"),
    ],
)
async def test_refuses(changes: dict[str, Any], reason: str) -> None:
    """What the API refuses is refused with the reason."""
    status, answer = await post(changes)
    assert status == 400
    assert reason in answer


async def test_key() -> None:
    """A key is demanded."""
    assert (await post({}, key=""))[0] == 401
