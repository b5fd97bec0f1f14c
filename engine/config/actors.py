"""From a mapping with `_target_` to the actor that it describes, checked against the actor's signature."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.config.advice import nearest
from engine.errors import Refused

PACKAGES = ("engine", "toolkits", "sandbox")
WORDS = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "true or false",
    NoneType: "null",
    Mapping: "a mapping",
    Sequence: "a list",
}


# What an actor must be able to do at its place: the last of these words in its key says it.
ACTS = {
    "agent": "solve",
    "model": "reply",
    "judge": "grade",
    "library": "search",
    "sandbox": "open",
    "toolkit": "__call__",
}
MEMBERS = {"panel": "reply"}  # the same of each in a mapping of several

ELSEWHERE = {"agent.source": " It needs agent=replay."}
CHOSEN = {"library": "; choose one, as in library=corpus"}


def build(node: Any, key: str, **offered: Any) -> Any:
    """The actor that stands at `key`, with those inside it. `offered` is given where the target takes it."""
    if not isinstance(node, Mapping) or "_target_" not in node:
        raise Refused(f"{key}: this must be a mapping with a _target_")
    target = find(str(node["_target_"]), f"{key}._target_")
    _check_place(target, key)
    takes = inspect.signature(target).parameters
    given = {name: value for name, value in node.items() if name in takes or value is not None}
    given.pop("_target_")
    _check(given, target, takes, key)
    optional = {name for name, hint in _hints(target).items() if _fits(None, hint)}
    arguments = {
        name: None if value is None and name in optional else _inner(value, f"{key}.{name}")
        for name, value in given.items()
    }
    arguments |= {name: value for name, value in offered.items() if name in takes}
    for name, parameter in takes.items():
        if parameter.default is parameter.empty and name not in arguments:
            raise Refused(f"{key}.{name}: this is missing and needs a value{CHOSEN.get(name, '')}")
    try:
        return target(**arguments)
    except (TypeError, ValueError, OSError) as error:
        raise Refused(f"{key}{_joint(str(error), takes)}{error}") from error


def _joint(message: str, takes: Iterable[str]) -> str:
    """A message that begins with the name of a parameter goes on with the key."""
    word = re.match(r"\w*", message)
    return "." if word and word[0] in takes else ": "


def find(path: str, key: str) -> type:
    """The class at a dotted path. Only our own classes may stand in a config: data must not become code."""
    module, _, name = path.rpartition(".")
    if module.partition(".")[0] not in PACKAGES:
        raise Refused(f"{key}={path}: a _target_ must be a class inside {', '.join(PACKAGES)}")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise Refused(f"{key}={path}: there is no such class ({error})") from error
    if not isinstance(found, type) or found.__module__.partition(".")[0] not in PACKAGES:
        raise Refused(f"{key}={path}: this is not a class of {', '.join(PACKAGES)}")
    return found


def _check_place(target: type, key: str) -> None:
    acts = ACTS | MEMBERS
    act = next((acts[word] for word in reversed(key.split(".")) if word in acts), None)
    if act and not any(act in vars(each) for each in target.__mro__):
        raise Refused(f"{key}._target_: {target.__name__} cannot stand here: it has no {act}")


def _inner(value: Any, key: str) -> Any:
    """An actor, or several by name, where they are described; an actor where nothing else may stand."""
    last = key.rpartition(".")[2]
    if last in MEMBERS and isinstance(value, Mapping):
        return {name: build(each, f"{key}.{name}") for name, each in value.items() if each is not None}
    if _described(value) or last in ACTS:
        return build(value, key)
    if isinstance(value, Mapping) and any(map(_described, value.values())):
        return {name: build(each, f"{key}.{name}") for name, each in value.items() if each is not None}
    return value


def _described(value: Any) -> bool:
    return isinstance(value, Mapping) and "_target_" in value


def _check(given: Mapping[str, Any], target: type, takes: Mapping[str, Any], key: str) -> None:
    hints = _hints(target)
    for name, value in given.items():
        if name not in takes:
            raise Refused(
                f"{key}.{name}: {target.__name__} takes no such key.{nearest(name, takes)}"
                f"{ELSEWHERE.get(f'{key}.{name}', '')}"
                f" Accepted: {', '.join(takes)}."
            )
        if value == "???":
            raise Refused(f"{key}.{name}: this is missing and needs a value")
        if not _fits(value, hints.get(name, Any)):
            raise Refused(f"{key}.{name}={value}: this must be {_words(hints[name])}")


def _hints(target: type) -> dict[str, Any]:
    try:
        return get_type_hints(inspect.getattr_static(target, "__init__"))
    except NameError:  # a name that is imported for type checkers only: nothing can be said
        return {}


def _fits(value: Any, hint: Any) -> bool:
    """Whether a plain value suits the annotation; of others than plain types nothing is said."""
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(value, each) for each in get_args(hint))
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint in (int, float, str, bool, NoneType):
        number = (int, float) if hint is float else hint
        return isinstance(value, number) and (hint is bool or not isinstance(value, bool))
    kind = get_origin(hint)
    return isinstance(value, kind) and not isinstance(value, str) if isinstance(kind, type) else True


def _words(hint: Any) -> str:
    """An annotation in the words of a config."""
    if get_origin(hint) in (Union, UnionType):
        return " or ".join(map(_words, get_args(hint)))
    if get_origin(hint) is Literal:
        return " or ".join(map(repr, get_args(hint)))
    return WORDS.get(get_origin(hint) or hint, str(hint))
