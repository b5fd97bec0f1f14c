"""A program for the sandbox: what keeps a document from fitting a JSON Schema.

`fits.py json|yaml` reads the files `schema` (JSON) and `document`, and prints a JSON object: `unread`, why
the document is no JSON or YAML at all, or `problems`, the first few, and `count`, how many there are. It runs
apart since a document can be made to be parsed, or to be matched with a pattern, for ever.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import yaml
from jsonschema import Draft202012Validator, ValidationError

TOLD = 5  # problems
CUT = 200  # characters of each, and of the way to its place


def examine(schema: Any, text: str, language: str) -> dict[str, Any]:
    try:
        document = _document(text, language)
    except RecursionError:
        return {"unread": "it is nested too deeply"}
    except (ValueError, TypeError, yaml.YAMLError) as error:
        return {"unread": " ".join(str(error).split())}
    problems, count = [], 0
    for fault in Draft202012Validator(schema).iter_errors(document):
        count += 1
        if count <= TOLD:
            problems.append(_told(fault))
    return {"problems": problems, "count": count}


def _document(text: str, language: str) -> Any:
    """As JSON has it, also what YAML would make a date of or a number for a key."""
    if language == "yaml":
        text = json.dumps(yaml.safe_load(text), default=str)
    return json.loads(text, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


def _told(fault: ValidationError) -> str:
    """The place and what is wrong there; the rule alone where that would repeat much of the document."""
    where = ".".join(map(str, fault.absolute_path))[:CUT]
    rule = f"this breaks the rule {fault.validator} {json.dumps(fault.validator_value)}"
    what = fault.message if len(fault.message) <= CUT else rule
    return f"{where + ': ' if where else ''}{what[:CUT]}"


if __name__ == "__main__":
    said = examine(json.loads(Path("schema").read_bytes()), Path("document").read_text("utf-8"), sys.argv[1])
    sys.stdout.write(json.dumps(said))
