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
    """The place and what is wrong there; the rule alone where that would repeat much of the document."""
    where = ".".join(map(str, error.absolute_path)) or "the whole"
    if len(error.message) <= LONGEST:
        return f"{where}: {error.message}"
    return f"{where}: this breaks the rule {error.validator} {json.dumps(error.validator_value)[:LONGEST]}"
