"""Decides a criterion by a JSON Schema that a structured submission must fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.agent import Attempt
from engine.submission import Submission
from engine.verdict import Verdict
from engine.visible import brief
from sandbox import Job, JobLimits, Result, run

PROGRAM = Path(__file__).with_name("fits.py")
LIMITS = JobLimits(seconds=30, memory=1 << 30)
CUT = 500  # characters of a reason


async def decide(schema: Mapping[str, Any], submission: Submission, attempt: Attempt) -> Verdict:
    """Whether the file that the task asks for, read as JSON (or YAML, by its name), fits."""
    name = attempt.task.submission
    text = submission.files.get(name, next(iter(submission.files.values()), ""))
    files = {
        "fits.py": PROGRAM.read_bytes(),
        "schema": json.dumps(schema).encode(),
        "document": text.encode(),
    }
    language = "yaml" if name.endswith((".yaml", ".yml")) else "json"
    result = await run(attempt.sandbox, Job(("python", "fits.py", language), files, limits=LIMITS))
    if result.code != 0:
        return Verdict("unclear", f"{name} cannot be checked: {_how(result)}")
    return _verdict(name, json.loads(result.stdout))


def problem(schema: object) -> str | None:
    """What keeps this from being a JSON Schema, if anything does."""
    from jsonschema import Draft202012Validator, SchemaError  # imported where first used: 0.1 s

    if not isinstance(schema, Mapping):
        return "this must be a JSON Schema, as a mapping"
    plain = json.loads(json.dumps(schema))
    try:
        Draft202012Validator.check_schema(plain)
    except SchemaError as error:
        where = ".".join(map(str, error.absolute_path))
        return f"this is no JSON Schema: {where + ': ' if where else ''}{error.message}"
    for reference in _lost(plain):
        return f"$ref: {reference} is not in this schema, and nothing is fetched"
    return None


def _verdict(name: str, said: Mapping[str, Any]) -> Verdict:
    if "unread" in said:
        return Verdict("fail", brief(f"{name} cannot be read: {said['unread']}", CUT))
    told, count = said["problems"], said["count"]
    if not count:
        return Verdict("pass", f"{name} fits the schema")
    more = f"; and {count - len(told)} more" if count > len(told) else ""
    return Verdict("fail", brief("; ".join(told), CUT) + more)


def _how(result: Result) -> str:
    if result.ended != "exit":
        return f"that ended by {result.ended}"
    return brief(result.stderr.strip().rpartition("\n")[2], CUT)


def _lost(schema: Mapping[str, Any]) -> Iterator[str]:
    """References that lead nowhere."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
    from referencing.jsonschema import DRAFT202012

    root = DRAFT202012.create_resource(schema)
    return _astray(root, REGISTRY.resolver_with_root(root))


def _astray(resource: Any, resolver: Any) -> Iterator[str]:
    from referencing.exceptions import Unresolvable

    held = resource.contents if isinstance(resource.contents, Mapping) else {}
    for reference in (held[key] for key in ("$ref", "$dynamicRef") if key in held):
        try:
            resolver.lookup(reference)
        except Unresolvable:
            yield reference
    for part in resource.subresources():
        yield from _astray(part, resolver.in_subresource(part))
