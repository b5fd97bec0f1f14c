"""Ready-made behaviour for the Messages double: an agent that submits a file, a judge that fits a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .double import Answer, Respond
from .messages_rules import blocks_of
from .replies import call, text, thinking

Body = Mapping[str, Any]
Choose = Callable[[str, Mapping[str, Any], Body], Any]


def submitting(code: str | Path, *, tool: str = "submit", talk: int = 1) -> Respond:
    """An agent that says something in `talk` turns, then calls `tool` with `code` (or that file's text).

    The code is passed as the first argument that the tool requires.
    """
    source = code.read_text() if isinstance(code, Path) else code

    def respond(body: Body) -> Answer:
        turns = sum(message["role"] == "assistant" for message in body["messages"])
        thinks = body.get("thinking", {}).get("type") in ("adaptive", "enabled")
        thought = [thinking("What is asked?")] if thinks else []
        schemas = {spec["name"]: spec["input_schema"] for spec in body["tools"]}
        said = [call(tool, {schemas[tool]["required"][0]: source})] if turns >= talk else []
        return [*thought, text("I shall submit my work."), *said]

    return respond


def judging(choose: Choose | None = None) -> Respond:
    """A judge that answers with a document that fits the asked schema.

    `choose(path, schema, body)` decides a value: the path is the property's name, dotted from the root;
    None leaves it to the schema (the first of an enum, true, 0, some words, one item in an array).
    """

    def respond(body: Body) -> Answer:
        def pick(path: str, part: Mapping[str, Any]) -> Any:
            return choose(path, part, body) if choose else None

        return [text(json.dumps(fitting(body["output_config"]["format"]["schema"], pick)))]

    return respond


def deciding(decide: Callable[[str], str] = lambda _: "pass") -> Respond:
    """A judge of the engine: to each criterion asked for, its verdict, with the first line as the quote."""

    def respond(body: Body) -> Answer:
        *_, data, question = (block["text"] for block in blocks_of(body["messages"][0]["content"]))
        schema = body["output_config"]["format"]["schema"]["properties"]["answers"]["items"]
        names = [name for name in schema["properties"]["criterion"]["enum"] if f"\n{name}: " in question]
        answers = [
            {
                "criterion": name,
                "evidence": _first_line(data),
                "reason": "So it was scripted.",
                "verdict": decide(name),
            }
            for name in names
        ]
        return [text(json.dumps({"control": "fail", "answers": answers}))]

    return respond


Scores = Callable[[str, str], int]


def scoring(score: Scores, spoil: Callable[[dict[str, Any]], Any] = lambda _: None) -> Respond:
    """A judge of items: each gets `score(title, criterion)`, and the question has the weights.

    `spoil` may then change the document; what it returns, if anything, is said in its place.
    """

    def respond(body: Body) -> Answer:
        first = body["messages"][0]["content"]
        shown, question = first[0]["text"], first[-1]["text"]
        titles = re.findall(r"^--- file \d+: item \d+\n +1\| title: (.*)$", shown, re.MULTILINE)
        weights = _weights(question)
        form = body["output_config"]["format"]["schema"]["properties"]["items"]["items"]["properties"]
        listed = form["answers"]["items"]["properties"].keys() - {"criterion", "evidence", "reason", "score"}
        items = [
            {
                "item": at,
                "title": title,
                "answers": [
                    {
                        "criterion": id,
                        "evidence": [{"file": f"item {at}", "line": 1, "quote": title}],
                        "reason": f"So {id} of {title} was scripted.",
                        "score": score(title, id),
                        **{name: [f"{name} as scripted"] for name in listed},
                    }
                    for id in weights
                ],
            }
            for at, title in enumerate(titles, start=1)
        ]
        worth = {
            at: sum(weights[id] * score(title, id) for id in weights) for at, title in enumerate(titles, 1)
        }
        ranking = sorted(worth, key=lambda at: -worth[at])
        said = {
            "control": "fail",
            "items": items,
            "ranking": ranking,
            "best": {"item": ranking[0], "reason": "The first as scripted."},
            "worst": {"item": ranking[-1], "reason": "The last as scripted."},
            "summary": "All as scripted.",
        }
        spoilt = spoil(said)
        thought = [thinking("Which is best?")] if body.get("thinking") else []
        return [*thought, text(json.dumps(said if spoilt is None else spoilt))]

    return respond


def _weights(question: str) -> dict[str, float]:
    """Of the criteria asked for, as the question states them."""
    stated = r"^(\w+): .*\nIt is scored from \d+ to \d+, ([\d.]+)% of the whole"
    return {id: float(share) / 100 for id, share in re.findall(stated, question, re.MULTILINE)}


def _first_line(data: str) -> list[dict[str, Any]]:
    """The first that says something, if any does."""
    file = re.search(r"^--- file 1: (.+)$", data, re.MULTILINE)
    line = re.search(r"^ *(\d+)\| (.*\S.*)$", data, re.MULTILINE)
    assert file, "no submission in this prompt"
    return [{"file": file[1], "line": int(line[1]), "quote": line[2]}] if line else []


def either(agent: Respond, judge: Respond) -> Respond:
    """The judge where a schema is asked for, else the agent."""

    def respond(body: dict[str, Any]) -> Any:
        return judge(body) if (body.get("output_config") or {}).get("format") else agent(body)

    return respond


def fitting(
    schema: Mapping[str, Any], choose: Callable[[str, Mapping[str, Any]], Any], path: str = ""
) -> Any:
    """A value that fits `schema`."""
    chosen = choose(path, schema)
    if chosen is not None:
        return chosen
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return fitting(schema["anyOf"][0], choose, path)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        below = schema.get("properties", {})
        return {name: fitting(part, choose, f"{path}.{name}".lstrip(".")) for name, part in below.items()}
    if kind == "array":
        return [fitting(schema.get("items", {}), choose, f"{path}[0]")]
    return {"string": "as scripted", "integer": 0, "number": 0, "boolean": True}.get(kind)
