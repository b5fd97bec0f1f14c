"""What a judge must answer, as a JSON Schema, and whether it did: every quote must stand where it says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.graders.fence import Shown
from engine.model import JsonSchema
from engine.verdict import Evidence, Verdict

TELLING = 5  # characters, blanks not counted


def schema(ids: Iterable[str]) -> JsonSchema:
    """The same for every call on these criteria: another schema would empty the provider's cache."""
    quote = {
        "file": {"type": "string"},
        "line": {"type": "integer", "description": "the number before the bar at the quote's first line"},
        "quote": {"type": "string", "description": "copied to the letter, without number and bar"},
    }
    answer = {
        "criterion": {"type": "string", "enum": list(ids)},
        "evidence": {"type": "array", "items": _closed(quote)},
        "reason": {
            "type": "string",
            "description": "one to three sentences, from the evidence to the verdict",
        },
        "verdict": {"type": "string", "enum": ["pass", "fail", "unclear"]},
    }
    return _closed({"answers": {"type": "array", "items": _closed(answer)}})


def _closed(properties: Mapping[str, Any]) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def parse(text: str, shape: JsonSchema, asked: Iterable[str]) -> dict[str, Verdict]:
    """Exactly one verdict for each criterion asked. Raises ValueError, in words for the judge."""
    from jsonschema import Draft202012Validator  # imported where first used: 0.1 s

    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"your answer is not JSON: {error}") from None
    problem = next(Draft202012Validator(shape).iter_errors(document), None)
    if problem:
        raise ValueError(f"your answer does not fit the schema at {problem.json_path}: {problem.message}")
    answered = [answer["criterion"] for answer in document["answers"]]
    if sorted(answered) != sorted(asked):
        raise ValueError(f"you were asked for {', '.join(asked)}, once each, and answered {answered}")
    return {answer["criterion"]: _verdict(answer) for answer in document["answers"]}


def _verdict(answer: Mapping[str, Any]) -> Verdict:
    evidence = tuple(Evidence(item["quote"], item["file"], item["line"]) for item in answer["evidence"])
    return Verdict(answer["verdict"], answer["reason"], evidence)


def misquoted(verdict: Verdict, files: Shown) -> str | None:
    """What is wrong with the evidence, or None.

    A pass must rest on a quote that says something; an absence has nothing to quote.
    """
    for item in verdict.evidence:
        if not _stands(item, files.get(item.file, [])):
            return f"the quote {item.quote[:80]!r} does not stand at line {item.line} of {item.file!r}"
    longest = max((len("".join(item.quote.split())) for item in verdict.evidence), default=0)
    if verdict.verdict == "pass" and longest < TELLING:
        return f"a pass needs a quote of at least {TELLING} characters"
    return None


def _stands(item: Evidence, lines: Sequence[str]) -> bool:
    quoted = [_bare(line) for line in item.quote.strip("\n").split("\n")]
    start = (item.line or 0) - 1
    if start < 0 or not quoted[0] or not quoted[-1] or start + len(quoted) > len(lines):
        return False
    there = [_bare(line) for line in lines[start : start + len(quoted)]]
    if len(quoted) == 1:
        return quoted[0] in there[0]
    return there[0].endswith(quoted[0]) and there[1:-1] == quoted[1:-1] and there[-1].startswith(quoted[-1])


def _bare(line: str) -> str:
    return " ".join(line.split())
