"""Text that means nothing but itself: what a config came to is never read as a config once more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"(\\*)\$\{")


def literal(value: Any) -> Any:
    """A copy in which each ${ stays one when omegaconf resolves it. Keys it leaves alone."""
    match value:
        case str():
            return _REFERENCE.sub(r"\1\1\\${", value)
        case Mapping():
            return {key: literal(each) for key, each in value.items()}
        case list() | tuple():
            return [literal(each) for each in value]
    return value
