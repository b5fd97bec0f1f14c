"""Where a composed config came from: its files, the command line, its place in a sweep."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.conf import HydraConf
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.types import RunMode
from omegaconf import OmegaConf

from engine.config.mounts import find
from engine.config.tree import leaves
from engine.errors import Refused
from engine.secrets import masked


@dataclass(frozen=True)
class Origin:
    """`overrides` are as they were typed, without secrets, `command` is what stood before them.

    `swept` maps what a sweep varies to this job's values, and is empty outside of sweeps. `typed` are the
    keys that were typed, `files` maps to their files those that the user's folder set.
    """

    task: Path
    rubric: Path
    overrides: tuple[str, ...] = ()
    swept: Mapping[str, str] = field(default_factory=dict)
    command: str = "python -m engine"
    typed: frozenset[str] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict)

    def wrote(self, key: str) -> str | None:
        """The file of the user's folder that says what stands at the key; None where the user typed it."""
        parts = key.split(".")
        above = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
        return (
            None if key in self.typed else next((self.files[one] for one in above if one in self.files), None)
        )


def trace(hydra: HydraConf, command: Sequence[str] = ()) -> Origin:
    """`command` holds the overrides as they were typed, with sweeps in them.

    Raises Refused where a config sets the environment: it could send the keys in it to another address.
    """
    if hydra.job.env_set:
        raise Refused(
            f"job.env_set: the environment is not a config's to set ({', '.join(hydra.job.env_set)})"
        )
    said = parsed(_plain(hydra.overrides.task))
    sweep = hydra.mode == RunMode.MULTIRUN
    swept = _swept(said, [*command, *_preset(hydra)]) if sweep else {}
    kept = tuple(map(discreet, said))
    typed = frozenset(key for each in (parsed(command) if sweep else said) for key in _keys(each))
    files = dict(getattr(hydra.runtime, "wrote", {}))
    return Origin(_file(hydra, "task"), _file(hydra, "rubric"), kept, swept, _command(hydra), typed, files)


def _command(hydra: HydraConf) -> str:
    folders = [each.path for each in hydra.runtime.config_sources if each.provider == "command-line"]
    return " ".join(["python -m engine", *(f"--config-dir {shlex.quote(each)}" for each in folders)])


def discreet(override: Override) -> str:
    """As it was typed, or with its value written anew where something in it is secret."""
    value = override.value()
    told = masked(value, override.key_or_group)
    if told == value:
        return str(override.input_line)
    shown = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    return f"{str(override.input_line).partition('=')[0]}={shown}"


def _keys(override: Override) -> Iterator[str]:
    """What it sets: of a mapping, each value in it."""
    value = None if override.is_sweep_override() else override.value()
    return (key for key, _ in leaves(value, override.key_or_group))


def parsed(overrides: Sequence[str]) -> list[Override]:
    return OverridesParser.create().parse_overrides(list(overrides))


def _plain(overrides: Any) -> list[str]:
    """As they were said: an interpolation in them stays one."""
    said = OmegaConf.to_container(overrides, resolve=False)
    assert isinstance(said, list)
    return [str(each) for each in said]


def _file(hydra: HydraConf, group: str) -> Path:
    choice = hydra.runtime.choices.get(group)
    file = find(f"{group}/{choice}") if choice else None
    if file is None:
        raise Refused(f"{group}: a choice is needed, as in {group}=NAME")
    return file


def _preset(hydra: HydraConf) -> list[str]:
    """What an experiment's YAML sweeps."""
    return [f"{key}={values}" for key, values in (hydra.sweeper.get("params") or {}).items()]


def _swept(now: Sequence[Override], command: Sequence[str]) -> Mapping[str, str]:
    varied = {each.key_or_group for each in parsed(command) if each.is_sweep_override()} - {"out"}
    return {each.key_or_group: each.get_value_element_as_str() for each in now if each.key_or_group in varied}
