"""What looks like a secret does not reach a file of ours."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

MASK = "***"
_NAME = re.compile(r"(api_?key|secret|password|authorization|(?<!max_)token$)", re.IGNORECASE)
_SETTING = re.compile(r"([\w.\-]+)(\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^,{}\"']+)")
_SHORTEST = 8  # a shorter value of a variable would blot out innocent text


def masked(value: Any, name: str = "") -> Any:
    """A copy of a config's content with its secrets blotted out."""
    if value is not None and _NAME.search(name):
        return MASK
    if isinstance(value, Mapping):
        return {key: masked(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each) for each in value]
    return _without_values(value) if isinstance(value, str) else value


def masked_override(override: str) -> str:
    """The same for one override of the command line."""

    def blot(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}{MASK}" if _NAME.search(found[1]) else found[0]

    return _without_values(_SETTING.sub(blot, override))


def _without_values(text: str) -> str:
    """Without the values of secret variables of the environment, wherever they came in."""
    for name, value in os.environ.items():
        if _NAME.search(name) and len(value) >= _SHORTEST:
            text = text.replace(value, MASK)
    return text
