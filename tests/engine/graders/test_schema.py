"""A JSON Schema decides on a structured submission."""

from __future__ import annotations

import json

import pytest

from engine.graders import pattern, schema
from engine.submission import Submission
from engine.task import Task
from engine.verdict import Verdict
from tests.doubles import attempt

IDEAS = {
    "type": "array",
    "minItems": 2,
    "items": {
        "type": "object",
        "required": ["title"],
        "properties": {"title": {"type": "string", "pattern": "^[A-Z]"}},
    },
}
GOOD = json.dumps([{"title": "One"}, {"title": "Two"}])


async def said(tmp_path, text: str, name: str = "ideas.json", shape: dict[str, object] = IDEAS) -> Verdict:
    own = attempt(tmp_path, task=Task(name="toy", description="a toy", submission=name))
    return await schema.decide(shape, Submission({name: text}), own)


async def test_what_fits_passes(tmp_path):
    """As JSON, or as YAML where the file is called so."""
    assert (await said(tmp_path, GOOD)).verdict == "pass"
    assert (await said(tmp_path, "- title: One\n- title: Two\n", "ideas.yaml")).verdict == "pass"


async def test_what_does_not_fit_is_told(tmp_path):
    """With the place of each problem."""
    verdict = await said(tmp_path, '[{"title": "one"}, {}]')
    assert verdict.verdict == "fail"
    assert "0.title: 'one' does not match '^[A-Z]'" in verdict.reason
    assert "1: 'title' is a required property" in verdict.reason


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("{", "ideas.json", "cannot be read"),
        ("", "ideas.json", "cannot be read"),
        ("[" * 100_000, "ideas.json", "nested too deeply"),
        ("a: [1", "ideas.yaml", "cannot be read"),
        ("a: &a [x]\nb: [*a, *a]\n", "ideas.yaml", "aliases"),
        ("!!python/object/apply:os.system [true]", "ideas.yaml", "cannot be read"),
    ],
)
async def test_what_cannot_be_read_fails(tmp_path, text, name, words):
    """Without harm to whoever reads it."""
    verdict = await said(tmp_path, text, name)
    assert verdict.verdict == "fail"
    assert words in verdict.reason


async def test_a_pattern_without_end_is_unclear(tmp_path, monkeypatch):
    """In a schema as elsewhere."""
    monkeypatch.setattr(pattern, "SECONDS", 0.2)
    shape = {"type": "string", "pattern": r"^(a|aa)+$"}
    assert (await said(tmp_path, json.dumps("a" * 60 + "!"), shape=shape)).verdict == "unclear"


async def test_many_problems_are_counted(tmp_path):
    """The first few stand for the others."""
    verdict = await said(tmp_path, json.dumps([{}] * 9))
    assert verdict.reason.endswith("; and 4 more")


@pytest.mark.parametrize(("shape", "words"), [({"type": "lst"}, "no JSON Schema"), ([], "as a mapping")])
def test_what_is_no_schema_is_a_problem(shape, words):
    """Known before anything is run."""
    assert words in (schema.problem(shape) or "")
    assert schema.problem(IDEAS) is None
