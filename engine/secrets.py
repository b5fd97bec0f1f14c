"""What looks like a secret does not reach a file of ours."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
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
_QUERY = re.compile(r"([?&][\w-]*(?:key|token|secret|password|auth|sig)[\w-]*=)[^&#\s'\"]+", re.IGNORECASE)
_SHORTEST = 8  # a shorter value of a variable would blot out innocent text


def masked(value: Any, key: str = "") -> Any:
    """A copy of the content of a config at that key, with its secrets blotted out.

    A secret is a scalar or the parameter of an address whose name says so, the user of an address, or what a
    secret variable holds.
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
    return scrubbed(value if authored else _QUERY.sub(rf"\1{MASK}", _USER.sub(rf"\1{MASK}@", value)))


def scrubbed(value: Any) -> Any:
    """A copy of what is to be written down, without the values of secret variables, wherever they came in."""
    return scrubber()(value)


def scrubber() -> Callable[[Any], Any]:
    """The same for many values, with the variables as they are now."""
    return partial(_scrubbed, secrets=_values())


def _scrubbed(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, Mapping):
        return {_scrubbed(name, secrets): _scrubbed(each, secrets) for name, each in value.items()}
    if isinstance(value, list | tuple):
        parts = [_scrubbed(each, secrets) for each in value]
        return tuple(parts) if isinstance(value, tuple) else parts
    return value


def _is_secret(name: str) -> bool:
    return bool(_NAME.search(_CAMEL.sub("_", name)))


def _values() -> list[str]:
    """What the secret variables of the environment hold, the longest first: one may be part of another."""
    found = {value for name, value in os.environ.items() if _is_secret(name) and len(value) >= _SHORTEST}
    return sorted(found, key=len, reverse=True)
