"""A JSON Schema decides on a structured submission."""

from __future__ import annotations

import json

import pytest

from engine.graders import schema
from engine.submission import Submission
from engine.task import Task
from engine.verdict import Verdict
from sandbox import JobLimits, SandboxError
from sandbox.namespaces import Namespaces
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
ENDLESS = "^(a|aa)+$"
GOOD = json.dumps([{"title": "One"}, {"title": "Two"}])


async def said(tmp_path, text: str, name: str = "ideas.json", shape: dict[str, object] = IDEAS) -> Verdict:
    own = attempt(tmp_path, task=Task(name="toy", description="a toy", submission=name), sandbox=Namespaces())
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


@pytest.mark.parametrize(("text", "name"), [("{", "ideas.json"), ("a: [1", "ideas.yaml")])
async def test_what_cannot_be_read_fails(tmp_path, text, name):
    """It has no structure to speak of."""
    verdict = await said(tmp_path, text, name)
    assert verdict.verdict == "fail"
    assert verdict.reason.startswith(f"{name} cannot be read: ")


async def test_a_check_without_end_is_unclear(tmp_path, monkeypatch):
    """Whether a value or a name provokes it; whoever waits for it is free meanwhile."""
    monkeypatch.setattr(schema, "LIMITS", JobLimits(seconds=1))
    text = json.dumps({"a" * 60 + "!": "a" * 60 + "!"})
    for shape in ({"patternProperties": {ENDLESS: {}}}, {"additionalProperties": {"pattern": ENDLESS}}):
        verdict = await said(tmp_path, text, shape=shape)
        assert verdict.verdict == "unclear"
        assert "timeout" in verdict.reason


@pytest.mark.parametrize(
    ("text", "shape", "words"),
    [
        ("1", {"$ref": "#"}, "RecursionError"),
        ("1e400", {"multipleOf": 0.5}, "OverflowError"),
    ],
)
async def test_what_the_validator_cannot_do_is_unclear(tmp_path, text, shape, words):
    """The schema may be to blame, or the validator."""
    verdict = await said(tmp_path, text, shape=shape)
    assert verdict.verdict == "unclear"
    assert words in verdict.reason


async def test_reasons_can_be_kept(tmp_path):
    """Half a surrogate pair, which JSON can hold, is made visible."""
    verdict = await said(tmp_path, '{"\\ud800": 1}', shape={"additionalProperties": {"type": "string"}})
    assert verdict.reason == "⟦U+D800⟧: 1 is not of type 'string'"


async def test_a_broken_sandbox_is_no_verdict(tmp_path):
    """Ours, not the agent's."""
    with pytest.raises(SandboxError):
        await schema.decide(IDEAS, Submission({"ideas.json": GOOD}), attempt(tmp_path))


async def test_many_problems_are_counted(tmp_path):
    """The first few stand for the others."""
    verdict = await said(tmp_path, json.dumps([{}] * 9))
    assert verdict.reason.endswith("; and 4 more")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ({"type": "lst"}, "no JSON Schema: type: 'lst'"),
        ({"properties": {"a": {"pattern": "("}}}, "no JSON Schema: properties.a.pattern"),
        ([], "as a mapping"),
        ({"items": {"$ref": "#/$defs/idea"}}, "$ref: #/$defs/idea is not in this schema"),
        ({"$defs": {"a": {"$ref": "https://example.org/a"}}}, "$ref: https://example.org/a is not in this"),
    ],
)
def test_what_is_no_schema_is_a_problem(shape, words):
    """Known before anything is run."""
    assert words in (schema.problem(shape) or "")


def test_references_within_the_schema_are_fine():
    """By place, by name, to itself, and to what only looks like one."""
    assert schema.problem(IDEAS) is None
    defined = {"idea": {"$anchor": "idea", "items": {"$ref": "#"}}}
    assert schema.problem({"$defs": defined, "anyOf": [{"$ref": "#/$defs/idea"}, {"$ref": "#idea"}]}) is None
    assert schema.problem({"properties": {"$ref": {"type": "string"}}, "const": {"$ref": "#/x"}}) is None
