"""The program that holds a document against a schema: what it makes of odd documents."""

from __future__ import annotations

import pytest

from engine.graders.fits import examine

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}


def test_problems_name_their_place():
    """As a path of keys and numbers."""
    said = examine({"properties": {"a": {"items": {"type": "integer"}}}}, '{"a": [1, "x"]}', "json")
    assert said == {"problems": ["a.1: 'x' is not of type 'integer'"], "count": 1}


def test_the_first_few_are_told_and_all_counted():
    """What would repeat much of the document is told by the rule that it breaks."""
    said = examine({"items": {"type": "integer"}}, str(["x" * 1000] * 9).replace("'", '"'), "json")
    assert said["count"] == 9
    assert said["problems"] == [f'{at}: this breaks the rule type "integer"' for at in range(5)]


@pytest.mark.parametrize(
    ("schema", "text", "problem"),
    [
        ({"minItems": 3}, '["a", "b"]', "['a', 'b'] is too short"),
        ({"minItems": 3}, f'["{"x" * 500}"]', "this breaks the rule minItems 3"),
        ({"items": {"maxLength": 2}}, f'["a", "{"x" * 500}"]', "1: this breaks the rule maxLength 2"),
        ({"required": ["x"]}, f'{{"y": "{"x" * 500}"}}', "'x' is a required property"),
    ],
)
def test_a_long_document_is_not_repeated(schema, text, problem):
    """A short one is, and so is what is said without it."""
    assert examine(schema, text, "json") == {"problems": [problem], "count": 1}


def test_a_problem_is_cut_to_a_readable_length():
    """A long rule, and the way to a place: 200 characters of each."""
    schema = {"additionalProperties": {"enum": ["y" * 1000]}}
    (problem,) = examine(schema, f'{{"{"k" * 1000}": "{"x" * 1000}"}}', "json")["problems"]
    place, _, rule = problem.partition(": ")
    assert place == "k" * 200
    assert rule == ('this breaks the rule enum ["' + "y" * 1000)[:200]


@pytest.mark.parametrize("text", ["d: 2026-01-31\n", "1: one\n", "a: &x b\nc: *x\n"])
def test_yaml_means_what_json_would(text):
    """A date is a text, a key is a text, and an alias is what it stands for."""
    assert examine(TEXTS, text, "yaml") == {"problems": [], "count": 0}


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("{", "json", "Expecting"),
        ("", "json", "Expecting value"),
        ("NaN", "json", "NaN is no number in JSON"),
        (".inf", "yaml", "Infinity is no number in JSON"),
        ("[" * 100_000, "json", "nested too deeply"),
        ("[" * 10_000, "yaml", "nested too deeply"),
        ("a: [1", "yaml", "expected ',' or ']'"),
        ("&a [*a]", "yaml", "Circular reference"),
        ("? [a]\n: b\n", "yaml", "unhashable"),
        ("? !!python/tuple [a]\n: b\n", "yaml", "could not determine a constructor"),
    ],
)
def test_what_cannot_be_read_is_told(text, language, words):
    """Whatever it is that cannot be read."""
    assert words in examine(True, text, language)["unread"]
