"""Why a document does not fit, told without the document."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.misfit import rule, told

LONG = "x" * 500
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 5, "enum": ["a", "y" * 1000]},
        "parts": {"type": "array", "minItems": 2, "items": {"type": "integer"}},
    },
    "required": ["name"],
}


def only(document: Any, schema: Any = SCHEMA) -> Any:
    (error,) = Draft202012Validator(schema).iter_errors(document)
    return error


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, '$: required ["name"]'),
        ({"name": "a", "parts": [1]}, "$.parts: minItems 2"),
        ({"name": "a", "parts": [1, LONG]}, '$.parts[1]: type "integer"'),
        (LONG, '$: type "object"'),
        ({"name": "b"}, "$.name: enum " + ('["a", "' + "y" * 1000)[:200]),
    ],
)
def test_a_rule(document, said):
    """Place, rule and what it asks for, cut where it is long."""
    assert rule(only(document)) == said


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "arguments: 'name' is a required property"),
        ({"name": "a", "parts": [1]}, "parts: [1] is too short"),
        ({"name": "a", "parts": [1, "2"]}, "parts.1: '2' is not of type 'integer'"),
        ({"name": "a", "parts": [1, LONG]}, 'parts.1: this breaks the rule type "integer"'),
        (LONG, 'arguments: this breaks the rule type "object"'),
        ({"name": "b"}, "name: this breaks the rule enum " + ('["a", "' + "y" * 1000)[:200]),
    ],
)
def test_what_is_wrong(document, said):
    """In the validator's words, unless they would repeat much of the document."""
    assert told(only(document)) == said


@pytest.mark.parametrize(("length", "words"), [(174, "is not of type"), (175, "this breaks the rule type")])
def test_what_is_short_enough(length, words):
    """Two hundred characters are: 174 of a text, its two quotation marks, and 24 of words."""
    error = only("x" * length, {"type": "object"})
    assert words in told(error)
    assert len(error.message) == length + 26
