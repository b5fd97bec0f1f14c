"""From an error of Hydra, omegaconf or YAML to one message: what, where, and what would be accepted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from traceback import walk_tb

from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    MissingMandatoryValue,
    OmegaConfBaseException,
)
from yaml import MarkedYAMLError

HIDDEN = {"hydra"}
REWORDED = {
    r"Ambiguous value for argument '(.+)'": r"\1: several values are a sweep, which needs -m",
    r"Config group override must be .* Got NoneType": "null is no choice; name one, as in task=NAME",
    r"Config group override must be a string or a list. Got (\w+)": (
        r"a choice must be the name of a file, as in task=NAME, and here is one of type \1"
    ),
    r"Could not override 'model'": "model: say whose, as in agent.model=haiku or judge.model=haiku",
    r"Cannot merge DictConfig with ListConfig|list is not a subclass": (
        "this must be a mapping, and here is a list"
    ),
    r"Could not append to config. An item is already at '(.+?)'": (
        r"+\1: this key is there already; set it without the +"
    ),
    r"In '(.+)': Overriding hydra.searchpath": r"\1.yaml: searchpath: only the command line adds folders",
    r"Interpolation key 'task' not found": "a task is needed, as in task=NAME",
    r"field '.*' is not Optional": "null is not accepted here",
    r"Invalid type assigned: (\w+) is not a subclass": r"this must be a mapping, and here is one of type \1",
    r"Could not delete from config. '(.+)' does not exist": r"~\1: there is no such key to remove",
    r"Value '(.*)' of type '\w+' could not be converted to Integer": r"\1 is not a whole number",
    r"Value '(.*)' of type '\w+' could not be converted to Float": r"\1 is not a number",
    r"Value '(.*)' is not a valid bool": r"\1 is neither true nor false",
}


def explain(error: BaseException, key: str = "") -> str:
    """`key` is where in the config the part stands that the error speaks of, where it is not the whole."""
    for each in chain(error):
        match each:
            case MissingConfigException(missing_cfg_file=str(config)):
                return _missing_option(config, each.options or ())
            case MarkedYAMLError():
                return _broken_yaml(each)
            case UnicodeDecodeError():
                return f"{_file_read(each)}this is not UTF-8 text: {each}"
            case OverrideParseException():
                return f"{each.override}: this cannot be read as KEY=VALUE ({_first_line(each.message)})"
            case OmegaConfBaseException():
                return _place(error) + _broken_key(each, key)
    return _reworded(str(error)) or type(error).__name__


def nearest(name: str, names: Iterable[str]) -> str:
    """' Did you mean NAME?', where one is near."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those that it came of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _missing_option(config: str, options: Iterable[str]) -> str:
    group, _, name = config.partition("/")
    if not name and not options:
        return f"there is no config {config}"
    also = " A raw id with a slash, such as openai/gpt-5, goes through litellm." if "." in group else ""
    if group == "rubric":
        also = " Unless a task or rubric=NAME says otherwise, a task's rubric is the one of its own name."
    there = f" There are: {', '.join(options)}." if options else ""
    return f"{group}={name}: there is no such {group}.{nearest(name, options)}{there}{also}"


def _broken_yaml(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"{mark.name}, line {mark.line + 1}: " if mark else ""
    return f"{where}this is not valid YAML: {error.problem or error.context}"


def _file_read(error: BaseException) -> str:
    """The file that Hydra's reader was at: the error itself does not say."""
    for frame, _ in walk_tb(error.__traceback__):
        if file := frame.f_locals.get("full_path"):
            return f"{file}: "
    return ""


def _broken_key(error: OmegaConfBaseException, key: str) -> str:
    if error.full_key == "_dummy_":  # Hydra's name for a place in the defaults list
        return _reworded(str(error))
    full = ".".join(part for part in (key, str(error.full_key or "")) if part)
    if isinstance(error, ConfigKeyError | ConfigAttributeError):
        return _unknown_key(full, error.parent_node)
    if isinstance(error, MissingMandatoryValue):
        name = re.search(r"missing mandatory value: (\w+)", str(error))
        if name and not full.endswith(name[1]):
            full = f"{full}.{name[1]}"
        return f"{full}: this is missing and needs a value"
    return ": ".join(filter(None, (full, _first_line(_reworded(str(error))))))


def _unknown_key(full: str, parent: object) -> str:
    name = full.rpartition(".")[2]
    names = sorted(set(map(str, parent)) - HIDDEN) if isinstance(parent, DictConfig) else []
    there = f" Accepted: {', '.join(names)}." if names else ""
    if full == "task.task":
        there = " A task's file begins with the line '# @package _global_'."
    return f"{full}: there is no such key.{nearest(name, names)}{there}"


def _place(error: BaseException) -> str:
    """The config that Hydra was at, such as task/mine."""
    found = re.match(r"In '([^']+)'", str(error))
    return f"{found[1]}.yaml: " if found else ""


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _reworded(text: str) -> str:
    """What Hydra says without our kind of key, for a reader who knows only the command line."""
    for pattern, words in REWORDED.items():
        if found := re.search(pattern, text):
            return found.expand(words)
    lines = [line for line in text.splitlines() if not re.search(r"https://|^To append to your|^\s*$", line)]
    return "\n".join(lines)
