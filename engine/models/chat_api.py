"""The JSON of chat completions, litellm's tongue: a Request becomes a body, an answer becomes a Turn."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.model import Message, Request, Results, Stop, ToolCall, Turn, Usage, User
from engine.models.schema import closed

_STOPS: dict[str, Stop] = {
    "stop": "end",
    "tool_calls": "tools",
    "function_call": "tools",
    "length": "length",
    "content_filter": "refusal",
}
_SHOWN = 200  # characters of arguments that were no JSON


def body(request: Request) -> dict[str, Any]:
    """The parameters that come from the request. Parts of a text are joined; caching is the provider's."""
    messages = [{"role": "system", "content": _clean(request.system)}] if request.system.strip() else []
    messages += [spoken for message in request.messages for spoken in _spoken(message)]
    tools = [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.schema)},
        }
        for tool in request.tools
    ]
    return {
        "messages": messages,
        **({"tools": tools} if tools else {}),
        **({"response_format": _form(request.schema)} if request.schema else {}),
    }


def turn(answer: Mapping[str, Any]) -> Turn:
    """Read an answer, all but its cost. Raises KeyError, TypeError or such where it is none."""
    choice = answer["choices"][0]
    message = choice["message"]
    calls = tuple(_call(call) for call in message.get("tool_calls") or ())
    stop = _STOPS.get(choice["finish_reason"], "end")
    if stop == "length" and calls:
        calls = (*calls[:-1], replace(calls[-1], problem=calls[-1].problem or "it was cut off at max_tokens"))
    return Turn(
        text=message.get("content") or "",
        calls=calls,
        stop="tools" if calls and stop == "end" else stop,
        usage=_usage(answer["usage"]),
        thinking=message.get("reasoning_content") or "",
        raw=_repeatable(message, calls),
    )


def _usage(counts: Mapping[str, Any]) -> Usage:
    """Prompt tokens include those of the cache, which Usage keeps apart."""
    details = counts.get("prompt_tokens_details") or {}
    read = details.get("cached_tokens") or counts.get("cache_read_input_tokens") or 0
    written = details.get("cache_creation_tokens") or counts.get("cache_creation_input_tokens") or 0
    return Usage(counts["prompt_tokens"] - read - written, counts["completion_tokens"], read, written, None)


def _call(call: Mapping[str, Any]) -> ToolCall:
    name, sent = call["function"]["name"], call["function"]["arguments"] or "{}"
    try:
        arguments = json.loads(sent)
    except ValueError as error:
        return ToolCall(call["id"], name, {}, f"its arguments are no JSON ({error}): {sent[:_SHOWN]}")
    if not isinstance(arguments, dict):
        return ToolCall(call["id"], name, {}, f"its arguments are no JSON object: {sent[:_SHOWN]}")
    return ToolCall(call["id"], name, arguments)


def _repeatable(message: Mapping[str, Any], calls: tuple[ToolCall, ...]) -> dict[str, Any]:
    """The message to send back, without what would be refused: litellm's own notes where they are empty, and
    broken arguments, which some servers parse.
    """
    notes = message.get("provider_specific_fields") or {}
    if not any(notes.values()):
        message = {name: value for name, value in message.items() if name != "provider_specific_fields"}
    if not any(call.problem for call in calls):
        return dict(message)
    mended = [
        {**sent, "function": {**sent["function"], "arguments": json.dumps(call.arguments)}}
        for sent, call in zip(message["tool_calls"], calls, strict=True)
    ]
    return {**message, "tool_calls": mended}


def _spoken(message: Message) -> Iterator[dict[str, Any]]:
    match message:
        case User():
            yield from _user("\n\n".join(part for part in message.parts if part.strip()))
        case Results():
            for result in message.results:
                text = f"Error: {result.text}" if result.error else result.text
                yield {"role": "tool", "tool_call_id": result.id, "content": _clean(text)}
            yield from _user(message.note)
        case Turn():
            own = message.raw if isinstance(message.raw, dict) else _written(message)
            if own.get("content") or own.get("tool_calls"):
                yield own


def _user(text: str) -> Iterator[dict[str, Any]]:
    if text.strip():
        yield {"role": "user", "content": _clean(text)}


def _written(message: Turn) -> dict[str, Any]:
    """The JSON of a turn that did not come from this API (a test's, or another model's)."""
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments))},
        }
        for call in message.calls
    ]
    said = {"role": "assistant", "content": message.text or None}
    return {**said, "tool_calls": calls} if calls else said


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": closed(schema)},
    }


def _clean(text: str) -> str:
    """Lone surrogates cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")
