"""What is left of a JSON Schema for a provider to enforce."""

from __future__ import annotations

from engine.models.schema import closed


def test_objects() -> None:
    """Every object is closed and asks for all of its properties, wherever it stands."""
    inner = {"type": "object", "properties": {"b": {"type": "string"}}}
    schema = {
        "$defs": {"part": inner},
        "type": "array",
        "items": {"anyOf": [inner, {"$ref": "#/$defs/part"}]},
    }
    shut = {**inner, "required": ["b"], "additionalProperties": False}
    assert closed(schema) == {
        "$defs": {"part": shut},
        "type": "array",
        "items": {"anyOf": [shut, {"$ref": "#/$defs/part"}]},
    }


def test_bounds() -> None:
    """Bounds and lengths go; a property of such a name, or a value that looks like one, stays."""
    schema = {
        "type": "object",
        "properties": {"maximum": {"type": "integer", "maximum": 3, "enum": [1, 2]}},
        "minProperties": 1,
    }
    assert closed(schema)["properties"] == {"maximum": {"type": "integer", "enum": [1, 2]}}
    assert "minProperties" not in closed(schema)


def test_one_of() -> None:
    """Providers know anyOf alone."""
    assert closed({"oneOf": [{"type": "null", "default": None}]}) == {"anyOf": [{"type": "null"}]}
