"""What looks like a secret does not reach a file of ours."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

MASK = "***"
AUTHORS = (
    "rubric",
    "task",
)  # what stands here is read by graders: a name such as password_hashing is a criterion
_NAME = re.compile(
    r"api[_-]?key|(^|[_-])(auth|authorization|secrets?|passwd|password|token|access[_-]key)($|[_-])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_USER = re.compile(r"(\b[a-z][\w+.-]*://)[^/?#\s'\"]*@", re.IGNORECASE)
_SHORTEST = 8  # a shorter value of a variable would blot out innocent text


def masked(value: Any, key: str = "") -> Any:
    """A copy of the content of a config at that key, with its secrets blotted out.

    A secret is a scalar whose name says so, the user of an address, or what a secret variable holds.
    """
    if isinstance(value, Mapping):
        return {name: masked(each, f"{key}.{name}" if key else str(name)) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each, key) for each in value]
    if value is None or isinstance(value, bool):
        return value
    authored = key.partition(".")[0] in AUTHORS
    if not authored and _is_secret(key.rpartition(".")[2]):
        return MASK
    if not isinstance(value, str):
        return value
    return _without_values(value if authored else _USER.sub(rf"\1{MASK}@", value))


def _is_secret(name: str) -> bool:
    return bool(_NAME.search(_CAMEL.sub("_", name)))


def _without_values(text: str) -> str:
    """Without the values of secret variables of the environment, wherever they came in."""
    for name, value in os.environ.items():
        if _is_secret(name) and len(value) >= _SHORTEST:
            text = text.replace(value, MASK)
    return text
