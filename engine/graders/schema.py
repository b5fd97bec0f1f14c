"""Decides a criterion by a JSON Schema that a structured submission must fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from engine.agent import Attempt
from engine.graders.pattern import matches
from engine.submission import Submission
from engine.verdict import Verdict

TOLD = 5  # problems


async def decide(schema: Mapping[str, Any], submission: Submission, attempt: Attempt) -> Verdict:
    """Whether the file that the task asks for, read as JSON (or YAML, by its name), fits."""
    name = attempt.task.submission
    text = submission.files.get(name, next(iter(submission.files.values()), ""))
    try:
        document = _read(name, text)
        problems = [_told(error) for error in _validator(schema).iter_errors(document)]
    except (ValueError, yaml.YAMLError) as error:
        return Verdict("fail", f"{name} cannot be read: {' '.join(str(error).split())}")
    except RecursionError:
        return Verdict("fail", f"{name} is nested too deeply")
    except TimeoutError:
        return Verdict("unclear", "a pattern of the schema takes too long on what was handed in")
    if problems:
        more = f"; and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
        return Verdict("fail", "; ".join(problems[:TOLD]) + more)
    return Verdict("pass", f"{name} fits the schema")


def problem(schema: object) -> str | None:
    """What keeps this from being a JSON Schema, if anything does."""
    from jsonschema import Draft202012Validator, SchemaError  # imported where first used: 0.1 s

    if not isinstance(schema, Mapping):
        return "this must be a JSON Schema, as a mapping"
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        where = ".".join(map(str, error.absolute_path))
        return f"this is no JSON Schema: {where + ': ' if where else ''}{error.message}"
    return None


def _read(name: str, text: str) -> Any:
    if not name.endswith((".yaml", ".yml")):
        return json.loads(text)
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
        raise ValueError("aliases are not taken, since a few of them can stand for more than anyone can read")
    return yaml.safe_load(text)


def _validator(schema: Mapping[str, Any]) -> Any:
    from jsonschema import Draft202012Validator, validators

    kind = validators.extend(Draft202012Validator, {"pattern": _bounded})  # type: ignore[no-untyped-call]
    return kind(schema)


def _bounded(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[Exception]:
    """A pattern as the validator has it, but for at most so long."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not matches(pattern, instance):
        yield ValidationError(f"{instance[:100]!r} does not match {pattern!r}")


def _told(error: Any) -> str:
    where = ".".join(map(str, error.absolute_path))
    return f"{where + ': ' if where else ''}{error.message[:200]}"
