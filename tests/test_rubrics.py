"""The rubrics that ship with the project, and the schema by which an editor checks them."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from engine.rubric import RESERVED, Command, Criterion, Gate, Items, Measure, Rubric, Scale

FOLDER = Path(__file__).parents[1] / "rubrics"
FILES = sorted(FOLDER.glob("*.yaml"))
SCHEMA = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
MODELINE = "# yaml-language-server: $schema=schema.json"


def keyed(value: Any) -> Any:
    """As an editor sees YAML: a mapping's keys are texts."""
    if isinstance(value, dict):
        return {str(key): keyed(each) for key, each in value.items()}
    return [keyed(each) for each in value] if isinstance(value, list) else value


def wrong(rubric: Any) -> list[str]:
    """Where it does not fit."""
    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(keyed(rubric))]


def read(name: str) -> dict[str, Any]:
    found = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_schema_is_one():
    """Of the draft that it names."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rubric_fits_the_schema(file):
    """And says in its first line where an editor finds it."""
    text = file.read_text(encoding="utf-8")
    assert text.splitlines()[0] == MODELINE
    assert wrong(yaml.safe_load(text)) == []


def _items(schema: dict[str, Any]) -> dict[str, Any]:
    return schema["properties"]["items"]["anyOf"][1]


def _command(kind: str) -> dict[str, Any]:
    return SCHEMA["$defs"][kind]["properties"]["command"]["anyOf"][2]


@pytest.mark.parametrize(
    ("part", "noun", "more"),
    [
        (SCHEMA, Rubric, {"defaults"}),
        (SCHEMA["$defs"]["scale"], Scale, set()),
        (_items(SCHEMA), Items, set()),
        (SCHEMA["$defs"]["criterion"], Criterion, set()),
        (SCHEMA["$defs"]["gate"], Gate, set()),
        (SCHEMA["$defs"]["measure"], Measure, set()),
        (_command("criterion"), Command, set()),
        (_command("gate"), Command, set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_schema_knows_what_the_engine_does(part, noun, more):
    """Each part has exactly the fields of its dataclass, each with a description, and no others."""
    assert set(part["properties"]) == {field.name for field in fields(noun)} | more
    assert part["additionalProperties"] is False
    assert all(each.get("description") for each in part["properties"].values())


def test_remarks_have_names_of_their_own():
    """The schema and the engine keep the same ones back."""
    assert set(SCHEMA["properties"]["remarks"]["propertyNames"]["not"]["enum"]) == set(RESERVED)


SOUND: dict[str, Any] = {
    "scale": {"low": 1, "high": 10},
    "items": {"field": "ideas", "min": 1, "max": "${rubric.items.min}"},
    "bands": {"GOOD": 6.5},
    "remarks": {"risks": "what may go wrong"},
    "gates": {"parts": {"claim": "It has them.", "schema": {"type": "object"}}},
    "criteria": {
        "a": {"claim": "It is.", "weight": 0.5, "anchors": {1: "nothing", 10: "all"}, "passes": None},
        "b": {"claim": "It is.", "points": 2, "command": {"run": "true", "code": 0}, "scale": {"high": 5}},
    },
    "measures": {"count": {"probe": "count"}},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """A copy with one key set, or left out where the value is `...`."""
    copy = json.loads(json.dumps(keyed(SOUND)))
    *way, last = path.split(".")
    at = copy
    for word in way:
        at = at[word]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return copy


def test_a_sound_rubric():
    """What the cases below start from is right, and so is the least that there can be."""
    assert wrong(SOUND) == []
    assert wrong({"criteria": {"a": {"claim": "It is."}}}) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("items", None),
        ("criteria.a.command", "pytest -q"),
        ("criteria.a.pattern", r"\bfoo\b"),
        ("criteria.a.schema", "${rubric.gates.parts.schema}"),
        ("gates.parts.failure", "no_parts"),
        ("defaults", ["base", "_self_"]),
        ("normalise", True),
        ("criteria.b.points", 0.5),
    ],
)
def test_what_may_be_said(path, value):
    """All that the engine takes."""
    assert wrong(changed(path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        # misspelt
        ("critera", {}, "$"),
        ("normalize", True, "$"),
        ("scale.hi", 10, "$.scale"),
        ("criteria.a.wieght", 0.5, "$.criteria.a"),
        ("criteria.a.failure", "x", "$.criteria.a"),
        ("criteria.b.command.cmd", "true", "$.criteria.b.command"),
        ("criteria.b.scale.top", 5, "$.criteria.b.scale"),
        ("gates.parts.points", 1, "$.gates.parts"),
        ("measures.count.claim", "x", "$.measures.count"),
        ("items.least", 1, "$.items"),
        # of another type
        ("scale", 10, "$.scale"),
        ("scale.high", "ten", "$.scale.high"),
        ("scale.high", 1.5, "$.scale.high"),
        ("scale.low", -1, "$.scale.low"),
        ("normalise", "yes", "$.normalise"),
        ("bands.GOOD", "high", "$.bands.GOOD"),
        ("bands", ["GOOD"], "$.bands"),
        ("remarks.risks", None, "$.remarks.risks"),
        ("remarks.score", "x", "$.remarks"),
        ("items.min", 0, "$.items"),
        ("criteria", [], "$.criteria"),
        ("criteria", {}, "$.criteria"),
        ("criteria.a", "It is.", "$.criteria.a"),
        ("criteria.a.claim", 7, "$.criteria.a.claim"),
        ("criteria.a.weight", 0, "$.criteria.a.weight"),
        ("criteria.a.weight", "much", "$.criteria.a.weight"),
        ("criteria.b.points", -1, "$.criteria.b.points"),
        ("criteria.a.anchors.ten", "all", "$.criteria.a.anchors"),
        ("criteria.a.anchors.7", None, "$.criteria.a.anchors['7']"),
        ("criteria.a.passes", "most", "$.criteria.a.passes"),
        ("criteria.a.probe", ["x"], "$.criteria.a.probe"),
        # missing
        ("criteria", ..., "$"),
        ("criteria.a.claim", ..., "$.criteria.a"),
        ("criteria.b.command.run", ..., "$.criteria.b.command"),
        ("gates.parts.claim", ..., "$.gates.parts"),
        ("measures.count.probe", ..., "$.measures.count"),
        ("items.field", ..., "$.items"),
        # a gate that nobody decides, two deciders, two worths
        ("gates.parts.schema", ..., "$.gates.parts"),
        ("gates.parts.probe", "parts", "$.gates.parts"),
        ("criteria.b.probe", "count", "$.criteria.b"),
        ("criteria.b.weight", 0.5, "$.criteria.b"),
    ],
)
def test_what_may_not_be_said(path, value, place):
    """It is marked where it stands."""
    said = wrong(changed(path, value))
    assert said
    assert all(each == place for each in said)


PAIRS = [
    (one, two)
    for at, one in enumerate(("probe", "pattern", "command", "schema"))
    for two in ("probe", "pattern", "command", "schema")[at + 1 :]
]
DECIDERS: dict[str, Any] = {"probe": "p", "pattern": "x", "command": "true", "schema": {}}


@pytest.mark.parametrize("kind", ["gates", "criteria"])
@pytest.mark.parametrize(("one", "two"), PAIRS)
def test_one_alone_decides(kind, one, two):
    """Each may, and no two of them."""
    claim = {"claim": "It is."}
    for name in (one, two):
        assert wrong({"criteria": SOUND["criteria"], kind: {"x": {**claim, name: DECIDERS[name]}}}) == []
    both = {**claim, one: DECIDERS[one], two: DECIDERS[two]}
    assert wrong({"criteria": SOUND["criteria"], kind: {"x": both}}) == [f"$.{kind}.x"]


def test_names_are_keys_of_the_command_line():
    """An id with a dot or a blank in it could not be said there."""
    for name in ("a.b", "a b", "7", ""):
        assert wrong({"criteria": {name: {"claim": "It is."}}}) == ["$.criteria"]
        assert wrong({"criteria": SOUND["criteria"], "bands": {name: 1}}) == ["$.bands"]
