"""The JSON of Anthropic's Messages API: a Request becomes a body, a Message becomes a Turn.

What the API refuses is mended here: a text block must not be blank, neighbours of one role are one
message, a turn without text or calls (it was refused, or cut off while thinking) is not sent back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.model import Message, Price, Request, Results, Stop, ToolCall, ToolResult, Turn, Usage, User
from engine.models.schema import closed

Block = Mapping[str, Any]

_STOPS: dict[str, Stop] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "max_tokens": "length",
    "pause_turn": "pause",
    "refusal": "refusal",
    "model_context_window_exceeded": "context",
}
_MARK = {"cache_control": {"type": "ephemeral"}}
_CUT_OFF = "the reply reached its limit of tokens inside this call, so its arguments are incomplete"


def body(request: Request) -> dict[str, Any]:
    """The parameters that come from the request; the model adds its own (id, limits, thinking)."""
    tools = [
        {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
        for tool in request.tools
    ]
    form = {"type": "json_schema", "schema": closed(request.schema)} if request.schema else None
    return {
        "messages": _conversation(request.messages),
        **({"system": _clean(request.system)} if request.system.strip() else {}),
        **({"tools": tools} if tools else {}),
        **({"output_config": {"format": form}} if form else {}),
        **(_MARK if request.growing else {}),
    }


def turn(answer: Mapping[str, Any], price: Price | None) -> Turn:
    """Read a Message. Raises KeyError, TypeError or AttributeError where it is none, ValueError where it has
    no end: so ends what the SDK makes of a stream that was closed too early.
    """
    content: list[Block] = answer["content"]
    if answer["stop_reason"] is None:
        raise ValueError("the answer has no end")
    stop = _STOPS.get(answer["stop_reason"], "end")
    last = content[-1] if content else None
    return Turn(
        text="".join(block["text"] for block in content if block["type"] == "text"),
        calls=tuple(
            ToolCall(
                block["id"],
                block["name"],
                block["input"],
                _CUT_OFF if stop in ("length", "context") and block is last else "",
            )
            for block in content
            if block["type"] == "tool_use"
        ),
        stop=stop,
        usage=_usage(answer["usage"], price),
        thinking="".join(block["thinking"] for block in content if block["type"] == "thinking"),
        raw=content,
    )


def _usage(counts: Mapping[str, Any], price: Price | None) -> Usage:
    tokens = (
        counts["input_tokens"],
        counts["output_tokens"],
        counts.get("cache_read_input_tokens") or 0,
        counts.get("cache_creation_input_tokens") or 0,
    )
    return Usage(*tokens, cost=price.cost(Usage(*tokens)) if price else None)


def _conversation(messages: Iterable[Message]) -> list[dict[str, Any]]:
    spoken: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if isinstance(message, Turn) else "user"
        blocks = _blocks(message)
        if blocks and spoken and spoken[-1]["role"] == role:
            spoken[-1]["content"] += blocks
        elif blocks:
            spoken.append({"role": role, "content": blocks})
    return spoken


def _blocks(message: Message) -> list[Block]:
    match message:
        case User():
            return _user(message)
        case Results():
            return [*map(_result, message.results), *_text(message.note)]
        case Turn():
            return _own(message)


def _user(message: User) -> list[Block]:
    shared = 0 if message.cached is None else message.cached + 1
    prefix = [block for part in message.parts[:shared] for block in _text(part)]
    if prefix:
        prefix[-1] = {**prefix[-1], **_MARK}
    return prefix + [block for part in message.parts[shared:] for block in _text(part)]


def _result(result: ToolResult) -> Block:
    return {
        "type": "tool_result",
        "tool_use_id": result.id,
        "content": _text(result.text),
        "is_error": result.error,
    }


def _own(message: Turn) -> list[Block]:
    blocks: list[Block] = message.raw if isinstance(message.raw, list) else _written(message)
    blocks = [block for block in blocks if block["type"] != "text" or block["text"].strip()]
    return blocks if any("thinking" not in block["type"] for block in blocks) else []


def _written(message: Turn) -> list[Block]:
    """The blocks of a turn that did not come from this API (a test's, or another model's)."""
    calls = (
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
        for call in message.calls
    )
    return [*_text(message.text), *calls]


def _text(text: str) -> list[Block]:
    return [{"type": "text", "text": _clean(text)}] if text.strip() else []


def _clean(text: str) -> str:
    """Lone surrogates (from odd file names, or a submission that wants to break us) cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")
