"""What the Messages API refuses, beyond the types of its parameters. Each rule yields its complaints."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args

from anthropic._constants import ANTHROPIC_API_VERSION
from anthropic.types import message_create_params as shapes
from anthropic.types.model_param import ModelParam

from .replies import Block, signature
from .typed import problems

Body = Mapping[str, Any]

MODELS = frozenset(get_args(get_args(ModelParam)[0]))
MODES = {
    "claude-haiku-5-5": {"adaptive", "disabled"},
    "claude-sonnet-5-5": {"adaptive", "between_tools"},
    "claude-opus-5-5": {"adaptive"},
    "claude-haiku-4-5": {"enabled", "disabled"},
    "claude-sonnet-4-5-20250929": {"enabled", "disabled"},
}
LEAST_BUDGET = 1024
MOST_MARKS = 4
_ENFORCED = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "enum", "const"}
    | {"anyOf", "allOf", "$ref", "$defs", "definitions", "description", "title"}
)


def complaints(headers: Mapping[str, str], body: Any) -> list[str]:
    """All that is wrong with a request; the rules need a body of the right types."""
    wrong = list(_headers(headers))
    streams = isinstance(body, dict) and body.get("stream")
    shape = shapes.MessageCreateParamsStreaming if streams else shapes.MessageCreateParamsNonStreaming
    wrong += problems(body, shape, "body")
    return wrong or [complaint for rule in RULES for complaint in rule(body)]


def _headers(headers: Mapping[str, str]) -> Iterator[str]:
    if not re.fullmatch(r"Bearer \S+", headers.get("Authorization", "")) and not headers.get("x-api-key"):
        yield "headers: no key"
    if headers.get("anthropic-version") != ANTHROPIC_API_VERSION:
        yield "headers: anthropic-version"


def _models(body: Body) -> Iterator[str]:
    if body["model"] not in MODELS:
        yield f"model: {body['model']} not found"


def _limits(body: Body) -> Iterator[str]:
    most = 64_000 if "4-5" in body["model"] else 128_000
    if not 1 <= body["max_tokens"] <= most:
        yield f"max_tokens: not within 1 to {most}"


def _thinking(body: Body) -> Iterator[str]:
    mode = body.get("thinking", {}).get("type")
    allowed = MODES.get(body["model"])
    if mode and allowed and mode not in allowed:
        yield f"thinking: {body['model']} does not support {mode}"
    if mode == "enabled" and not LEAST_BUDGET <= body["thinking"]["budget_tokens"] < body["max_tokens"]:
        yield "thinking: budget_tokens must be at least 1024 and less than max_tokens"
    if body.get("tool_choice", {}).get("type") in ("any", "tool"):
        if mode in ("adaptive", "enabled"):
            yield "tool_choice: must not be forced while thinking"
        if body["model"].endswith("5-5"):
            yield f"tool_choice: {body['model']} cannot be forced"


def _roles(body: Body) -> Iterator[str]:
    roles = [message["role"] for message in body["messages"]]
    if not roles or roles[0] != "user":
        yield "messages: the first must be the user's"
    if any(role not in ("user", "assistant") for role in roles):
        yield "messages: roles are user and assistant"
    if any(one == next_one for one, next_one in itertools.pairwise(roles)):
        yield "messages: roles must alternate"


def _texts(body: Body) -> Iterator[str]:
    everything = [("system", blocks_of(body.get("system", [])))]
    for index, message in enumerate(body["messages"]):
        everything.append((f"messages[{index}]", blocks_of(message["content"])))
    for place, blocks in everything:
        if not blocks and place != "system":
            yield f"{place}: content must not be empty"
        inner = [part for block in blocks for part in blocks_of(block.get("content", []))]
        if any(block["type"] == "text" and not block["text"].strip() for block in blocks + inner):
            yield f"{place}: text content blocks must be non-empty"


def _tools(body: Body) -> Iterator[str]:
    names = [tool["name"] for tool in body.get("tools", ())]
    if len(set(names)) < len(names):
        yield "tools: names must be unique"
    for tool in body.get("tools", ()):
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", tool["name"]):
            yield f"tools: {tool['name']!r} is no name"
        if tool["input_schema"].get("type") != "object":
            yield f"tools: input_schema of {tool['name']} must be of type object"
    blocks = [block for message in body["messages"] for block in blocks_of(message["content"])]
    if not names and any(block["type"] == "tool_use" for block in blocks):
        yield "tools: required where messages have tool_use"


def _pairs(body: Body) -> Iterator[str]:
    """Every tool_use is answered once, all of a turn together, ahead of anything else in the next message."""
    asked: list[str] = []
    for index, message in enumerate(body["messages"]):
        blocks = blocks_of(message["content"])
        answers = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if sorted(answers) != sorted(asked):
            yield f"messages[{index}]: tool_use {asked} answered by tool_result {answers}"
        if any(block["type"] != "tool_result" for block in blocks[: len(answers)]):
            yield f"messages[{index}]: tool_result must come first"
        asked = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if asked and message["role"] == "user":
            yield f"messages[{index}]: tool_use is the assistant's"


def _signatures(body: Body) -> Iterator[str]:
    for index, message in enumerate(body["messages"]):
        blocks = blocks_of(message["content"])
        thoughts = [block for block in blocks if block["type"] == "thinking"]
        if any(block["signature"] != signature(block["thinking"]) for block in thoughts):
            yield f"messages[{index}]: thinking blocks cannot be modified"
        if blocks and blocks[-1]["type"] == "thinking":
            yield f"messages[{index}]: the final block cannot be thinking"


def _marks(body: Body) -> Iterator[str]:
    count = _count(body)
    if count > MOST_MARKS:
        yield f"cache_control: at most {MOST_MARKS} blocks, found {count}"


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return bool(value.get("cache_control")) + sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, list) else 0


def _format(body: Body) -> Iterator[str]:
    form = (body.get("output_config") or {}).get("format")
    if form:
        yield from schema_complaints(form["schema"], "output_config.format.schema")


def schema_complaints(schema: Any, path: str) -> Iterator[str]:
    """What structured output does not support: open objects, bounds, lengths, patterns."""
    if not isinstance(schema, dict):
        yield f"{path}: not a schema"
        return
    yield from (f"{path}: {word} is not supported" for word in schema if word not in _ENFORCED)
    if schema.get("type") == "object" or "properties" in schema:
        if schema.get("additionalProperties") is not False:
            yield f"{path}: additionalProperties must be false"
        if not set(schema.get("required", ())) <= set(schema.get("properties", {})):
            yield f"{path}: required names an unknown property"
    for place, part in _parts(schema):
        yield from schema_complaints(part, f"{path}.{place}")


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for word in ("properties", "$defs", "definitions"):
        yield from schema.get(word, {}).items()
    for word in ("anyOf", "allOf"):
        yield from ((f"{word}[{index}]", part) for index, part in enumerate(schema.get(word, ())))
    if "items" in schema:
        yield "items", schema["items"]


def blocks_of(content: str | Iterable[Block]) -> list[Block]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


RULES: tuple[Callable[[Body], Iterator[str]], ...] = (
    *(_models, _limits, _thinking, _roles, _texts, _tools, _pairs, _signatures, _marks, _format),
)
