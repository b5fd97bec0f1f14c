"""Values that make no sense are refused by whoever would hold them: a ValueError that begins with the key."""

from __future__ import annotations

import math


def at_least(least: float, **values: object) -> None:
    """Each must be a finite number of that size."""
    for name, value in values.items():
        if not _is_number(value) or not least <= value < math.inf:  # type: ignore[operator]
            raise ValueError(f"{name}={value}: this must be a number of {least:g} or more")


def above_zero(**values: object) -> None:
    for name, value in values.items():
        if not _is_number(value) or not 0 < value < math.inf:  # type: ignore[operator]
            raise ValueError(f"{name}={value}: this must be a number of more than 0")


def some_text(**values: str) -> None:
    for name, value in values.items():
        if not value.strip():
            raise ValueError(f"{name}={value}: this must be a text that is not empty")


def web_address(**values: str | None) -> None:
    """None is no address of one's own."""
    for name, value in values.items():
        scheme, _, rest = "https://host".partition("://") if value is None else value.partition("://")
        if scheme not in ("http", "https") or not rest.strip("/"):
            raise ValueError(f"{name}={value}: this must be an address such as https://host:port")


def without_user(**values: str | None) -> None:
    """Where a key is sent, a user and a password in the address cannot be sent as well."""
    for name, value in values.items():
        if value and "@" in value.partition("://")[2].partition("/")[0]:
            raise ValueError(f"{name}: this must be an address without user and password, beside the key")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
