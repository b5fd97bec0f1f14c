"""A strict double of OpenAI's chat completions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming

from .double import Double
from .messages_rules import schema_complaints
from .replies import Reply
from .typed import problems

Body = Mapping[str, Any]

_FINISHED = {
    "end_turn": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "refusal": "content_filter",
}


class ChatServer(Double):
    """Serves `url`/chat/completions. Replies are written in the blocks of `replies`, as for Claude.

    A tool_use block whose `input` is a string sends that string as the arguments.
    """

    path = "/chat/completions"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._thoughts: set[str] = set()

    def complaints(self, headers: Mapping[str, str], body: Any) -> list[str]:
        """Thoughts are no part of OpenAI's API, but a server that tells them takes its own back."""
        for message in body.get("messages", ()) if isinstance(body, dict) else ():
            if message.get("reasoning_content") in self._thoughts:
                del message["reasoning_content"]
        wrong = [] if re.fullmatch(r"Bearer \S+", headers.get("Authorization", "")) else ["headers: no key"]
        wrong += problems(body, CompletionCreateParamsNonStreaming, "body")
        return wrong or [*_roles(body), *_pairs(body), *_format(body)]

    def error(self, status: int, message: str) -> dict[str, Any]:
        kind = "invalid_request_error" if status < 500 else "server_error"
        return {"error": {"message": message, "type": kind, "param": None, "code": None}}

    async def answer(self, request: web.Request, body: dict[str, Any], reply: Reply) -> web.StreamResponse:
        words = {"text": "", "thinking": ""}
        for block in reply.content:
            if block["type"] in words:
                words[block["type"]] += block[block["type"]]
        self._thoughts.add(words["thinking"])
        calls = [_called(block) for block in reply.content if block["type"] == "tool_use"]
        message = {"role": "assistant", "content": words["text"] or None, "refusal": None}
        message |= {"reasoning_content": words["thinking"]} if words["thinking"] else {}
        message |= {"tool_calls": calls} if calls else {}
        prompt, written = len(json.dumps(body["messages"])) // 4 + 1, len(json.dumps(message)) // 4
        usage = {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}
        usage["prompt_tokens_details"] = {"cached_tokens": prompt // 2}
        choice = {
            "index": 0,
            "finish_reason": _FINISHED[reply.stopped()],
            "message": message,
            "logprobs": None,
        }
        answer = {"id": f"chatcmpl-{len(self.requests)}", "object": "chat.completion", "created": 1}
        return web.json_response({**answer, "model": body["model"], "choices": [choice], "usage": usage})


def _called(block: Body) -> dict[str, Any]:
    sent = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
    return {"id": block["id"], "type": "function", "function": {"name": block["name"], "arguments": sent}}


def _roles(body: Body) -> Iterator[str]:
    roles = [message["role"] for message in body["messages"]]
    if "user" not in roles or roles[-1] not in ("user", "tool"):
        yield "messages: the user or a tool speaks last"
    if "system" in roles[1:]:
        yield "messages: system comes first"
    for index, message in enumerate(body["messages"]):
        if not message.get("content") and not message.get("tool_calls") and message["role"] != "tool":
            yield f"messages[{index}]: says nothing"


def _pairs(body: Body) -> Iterator[str]:
    """Right behind its calls come the answers to all of them, and none without a call."""
    open_calls: list[str] = []
    for index, message in enumerate(body["messages"]):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                yield f"messages[{index}]: tool_call_id {message['tool_call_id']} was not called"
            else:
                open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            yield f"messages[{index}]: {open_calls} are not answered"
        open_calls = [call["id"] for call in message.get("tool_calls") or ()]
        yield from _arguments(message, index)
    if open_calls:
        yield f"messages: {open_calls} are not answered"


def _arguments(message: Body, index: int) -> Iterator[str]:
    """OpenAI itself takes any string; servers that run open models parse it."""
    for call in message.get("tool_calls") or ():
        try:
            json.loads(call["function"]["arguments"])
        except ValueError:
            yield f"messages[{index}]: the arguments of {call['id']} are no JSON"


def _format(body: Body) -> Iterator[str]:
    form = body.get("response_format") or {}
    if form.get("type") != "json_schema":
        return
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", form["json_schema"]["name"]):
        yield "response_format: name"
    if form["json_schema"].get("strict"):
        yield from schema_complaints(form["json_schema"].get("schema"), "response_format")
        yield from _optional(form["json_schema"].get("schema"))


def _optional(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        names = schema.get("properties")
        if isinstance(names, dict) and set(names) - set(schema.get("required", ())):
            yield "response_format: strict needs every property required"
        for part in schema.values():
            yield from _optional(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _optional(part)
