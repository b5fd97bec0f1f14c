"""Raw requests to the Messages double: a right one, and the pieces to change it by."""

from __future__ import annotations

from typing import Any

import aiohttp

from .messages import MessagesServer
from .replies import text

Body = dict[str, Any]

HEADERS = {"Authorization": "Bearer k", "anthropic-version": "2026-10-21"}
TOOL = {"name": "add", "description": "Add.", "input_schema": {"type": "object"}}
USE = {"type": "tool_use", "id": "toolu_a", "name": "add", "input": {}}
OTHER = {**USE, "id": "toolu_b"}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_a", "content": "1"}
SECOND = {**RESULT, "tool_use_id": "toolu_b"}
MARK = {"cache_control": {"type": "ephemeral"}}
CLOSED = {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": False}


def body(**changes: Any) -> Body:
    """A request that is right, then changed; None removes."""
    right: Body = {"model": "claude-haiku-5-5", "max_tokens": 4000, "messages": [user(text("Hello."))]}
    return {name: value for name, value in (right | changes).items() if value is not None}


def user(*blocks: Any) -> Body:
    return {"role": "user", "content": list(blocks)}


def own(*blocks: Any) -> Body:
    return {"role": "assistant", "content": list(blocks)}


def used(*answers: Any) -> list[Body]:
    """A conversation in which two calls are answered by these blocks."""
    return [user(text("Add.")), own(USE, OTHER), user(*answers)]


def formed(schema: Any) -> Body:
    return body(output_config={"format": {"type": "json_schema", "schema": schema}})


async def post(server: MessagesServer, sent: Any, headers: dict[str, str] | None = None) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/v1/messages", json=sent, headers=headers or HEADERS) as response,
    ):
        return response.status, await response.text()
