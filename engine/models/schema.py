"""The part of JSON Schema that providers enforce while a model writes.

They want every object closed and every property required, and refuse bounds and lengths. A document
that fits the closed copy may still break a bound of the original: whoever asked validates it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.model import JsonSchema

_UNENFORCED = frozenset(
    {"$schema", "$id", "default", "examples", "pattern", "format", "multipleOf", "uniqueItems"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    | {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}
)
_NAMED = ("properties", "$defs", "definitions")
_LISTED = ("anyOf", "allOf", "oneOf")


def closed(schema: JsonSchema) -> dict[str, Any]:
    """A copy of `schema` in which every object is closed and nothing unenforceable is left."""
    copy = {word: value for word, value in schema.items() if word not in _UNENFORCED}
    for word in _NAMED:
        if word in copy:
            copy[word] = {name: closed(part) for name, part in copy[word].items()}
    for word in _LISTED:
        if word in copy:
            copy[word] = [closed(part) for part in copy[word]]
    if isinstance(copy.get("items"), Mapping):
        copy["items"] = closed(copy["items"])
    if "oneOf" in copy:
        copy["anyOf"] = copy.pop("oneOf")
    if copy.get("type") == "object" or "properties" in copy:
        copy |= {"required": list(copy.get("properties", {})), "additionalProperties": False}
    return copy
