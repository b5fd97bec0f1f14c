"""Why a document does not fit a JSON Schema, without repeating the document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonschema import ValidationError

LONGEST = 200  # characters


def rule(error: ValidationError) -> str:
    """The place, and the rule that it breaks."""
    return f"{error.json_path}: {error.validator} {json.dumps(error.validator_value)[:LONGEST]}"


def told(error: ValidationError) -> str:
    """What is wrong with a tool's arguments; the rule alone where more would repeat much of them."""
    where = ".".join(map(str, error.absolute_path)) or "arguments"
    if len(error.message) <= LONGEST:
        return f"{where}: {error.message}"
    return f"{where}: this breaks the rule {error.validator} {json.dumps(error.validator_value)[:LONGEST]}"
