"""Does a JSON value have the shape of a type? For the TypedDicts in which the SDK writes requests down.

Nothing unknown is let through, and nothing is converted: `"1"` is no int.
"""

from __future__ import annotations

import collections.abc
import functools
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

import typing_extensions
from pydantic import BaseModel

_SEQUENCES = (list, collections.abc.Iterable, collections.abc.Sequence)
_SCALARS = {str: str, int: int, bool: bool, float: (int, float), type(None): type(None)}


def problems(value: Any, hint: Any, path: str = "") -> list[str]:
    """What is wrong with `value`, each with its path; empty where it fits."""
    return list(_problems(value, hint, path))


def _problems(value: Any, hint: Any, path: str) -> Iterator[str]:
    origin, parts = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return
    if origin in (typing.Required, typing.NotRequired, typing.Annotated) or origin in _EXTENDED:
        yield from _problems(value, parts[0], path)
    elif origin in (Union, types.UnionType):
        yield from _of_union(value, parts, path)
    elif origin is Literal:
        if value not in parts or isinstance(value, bool) != isinstance(parts[0], bool):
            yield f"{path}: {value!r} is none of {parts}"
    elif typing_extensions.is_typeddict(hint):
        yield from _of_object(value, hint, path)
    elif origin in _SEQUENCES:
        yield from _of_list(value, parts[0], path)
    elif origin is dict:
        if not isinstance(value, dict):
            yield f"{path}: not an object"
    elif not isinstance(value, _SCALARS[hint]) or (isinstance(value, bool) and hint is not bool):
        yield f"{path}: {value!r} is no {hint.__name__}"


_EXTENDED = (typing_extensions.Required, typing_extensions.NotRequired, typing_extensions.Annotated)


def _of_union(value: Any, parts: tuple[Any, ...], path: str) -> Iterator[str]:
    """The complaints of the branch that came furthest, of those whose tag (`type`, `role`) is the value's."""
    written = [part for part in parts if not (isinstance(part, type) and issubclass(part, BaseModel))]
    complaints = []
    for part in written:
        if typing_extensions.is_typeddict(part) and not _tagged(value, part):
            continue
        found = problems(value, part, path)
        if not found:
            return
        complaints.append(found)
    unknown = [f"{path}: {str(value)[:200]} is nothing the API knows"]
    yield from max(complaints, key=lambda found: len(found[0].partition(":")[0]), default=unknown)


def _tagged(value: Any, part: Any) -> bool:
    tags = {tag: hint for tag, hint in _hints(part).items() if tag in ("type", "role")}
    return isinstance(value, dict) and not any(
        problems(value[tag], hint) for tag, hint in tags.items() if tag in value
    )


def _of_object(value: Any, hint: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: not an object"
        return
    hints = _hints(hint)
    for name, part in hints.items():
        if name in value:
            yield from _problems(value[name], part, f"{path}.{name}")
        elif get_origin(part) in (typing.Required, typing_extensions.Required):
            yield f"{path}.{name}: missing"
    yield from (f"{path}.{name}: unknown" for name in value if name not in hints)


def _of_list(value: Any, item: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: not an array"
        return
    for index, entry in enumerate(value):
        yield from _problems(entry, item, f"{path}[{index}]")


@functools.cache
def _hints(hint: Any) -> dict[str, Any]:
    return typing_extensions.get_type_hints(hint, include_extras=True)
