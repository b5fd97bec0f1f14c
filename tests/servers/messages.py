"""A strict double of Anthropic's Messages API."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from .double import Double
from .messages_rules import blocks_of, complaints
from .prompt_cache import PromptCache
from .replies import Block, Reply, call

_ERRORS = {
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_PIECE = 1000  # characters a streamed delta carries


class MessagesServer(Double):
    """Serves /v1/messages at `url` and remembers what it said, since that has to come back unchanged."""

    path = "/v1/messages"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cache = PromptCache()
        self._thoughts: dict[str, list[Block]] = {}
        self._paused: list[list[Block]] = []

    def complaints(self, headers: Mapping[str, str], body: Any) -> list[str]:
        return complaints(headers, body) or list(self._remembered(body))

    def error(self, status: int, message: str) -> dict[str, Any]:
        kind = _ERRORS.get(status, "invalid_request_error" if status < 500 else "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}}

    def _remembered(self, body: Mapping[str, Any]) -> Iterator[str]:
        """The last word is not the assistant's, unless it paused; a call comes back with its thoughts."""
        last = body["messages"][-1]
        if last["role"] == "assistant" and blocks_of(last["content"]) not in self._paused:
            yield "messages: prefill is not supported"
        for index, message in enumerate(body["messages"]):
            blocks = blocks_of(message["content"])
            thoughts = [block for block in blocks if block["type"] == "thinking"]
            for block in blocks:
                if block["type"] == "tool_use" and self._thoughts.get(block["id"], thoughts) != thoughts:
                    yield f"messages[{index}]: thinking blocks of {block['id']} are missing or changed"

    async def answer(self, request: web.Request, body: dict[str, Any], reply: Reply) -> web.StreamResponse:
        message = self._message(body, reply)
        if not body.get("stream"):
            return web.json_response(message, headers={"request-id": f"req_{len(self.requests):06}"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in _events(message):
            await response.write(_sent(event))
        return response

    def beginning(self) -> bytes:
        begun = self._message({"model": "any", "messages": []}, Reply([call("submit", {"content": "half"})]))
        ends = ("message_delta", "message_stop")
        return b"".join(_sent(event) for event in _events(begun) if event["type"] not in ends)

    def _message(self, body: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
        stop = reply.stopped()
        thoughts = [block for block in reply.content if block["type"] == "thinking"]
        self._thoughts |= {block["id"]: thoughts for block in reply.content if block["type"] == "tool_use"}
        if stop == "pause_turn":
            self._paused.append(reply.content)
        return {
            "id": f"msg_{len(self.requests):06}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": reply.content,
            "stop_reason": stop,
            "stop_sequence": "STOP" if stop == "stop_sequence" else None,
            "usage": {**self._cache.count(body), "output_tokens": len(json.dumps(reply.content)) // 4 + 1},
        }


def _events(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    start = {**message, "content": [], "stop_reason": None, "stop_sequence": None}
    yield {"type": "message_start", "message": {**start, "usage": {**message["usage"], "output_tokens": 1}}}
    yield {"type": "ping"}
    for index, block in enumerate(message["content"]):
        empty, deltas = _streamed(block)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield from ({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        yield {"type": "content_block_stop", "index": index}
    stop = {"stop_reason": message["stop_reason"], "stop_sequence": message["stop_sequence"]}
    usage = {"output_tokens": message["usage"]["output_tokens"]}
    yield {"type": "message_delta", "delta": stop, "usage": usage}
    yield {"type": "message_stop"}


def _sent(event: Mapping[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _streamed(block: Block) -> tuple[Block, list[Block]]:
    """How a block begins, and the deltas that fill it."""
    match block["type"]:
        case "text":
            deltas = [{"type": "text_delta", "text": part} for part in _pieces(block["text"])]
            return {**block, "text": ""}, deltas
        case "tool_use":
            parts = _pieces(json.dumps(block["input"]))
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
            return {**block, "input": {}}, deltas
        case _:
            deltas = [{"type": "thinking_delta", "thinking": part} for part in _pieces(block["thinking"])]
            signed = {"type": "signature_delta", "signature": block["signature"]}
            return {**block, "thinking": "", "signature": ""}, [*deltas, signed]


def _pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
