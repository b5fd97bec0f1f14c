"""Where a composed config came from: its files, the command line, its place in a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.conf import HydraConf
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import OmegaConf

from engine.config.mounts import find
from engine.errors import Refused


@dataclass(frozen=True)
class Origin:
    """`swept` maps what a sweep varies to this job's values, and is empty outside of sweeps."""

    task: Path
    rubric: Path
    overrides: tuple[str, ...] = ()
    swept: Mapping[str, str] = field(default_factory=dict)


def trace(hydra: HydraConf, command: Sequence[str] = ()) -> Origin:
    """`command` holds the overrides as they were typed, with sweeps in them."""
    overrides = tuple(_plain(hydra.overrides.task))
    swept = _swept(overrides, command) if hydra.mode == RunMode.MULTIRUN else {}
    return Origin(_file(hydra, "task"), _file(hydra, "rubric"), overrides, swept)


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


def _swept(overrides: Sequence[str], command: Sequence[str]) -> Mapping[str, str]:
    parser = OverridesParser.create()
    typed = parser.parse_overrides(list(command))
    varied = {override.key_or_group for override in typed if override.is_sweep_override()} - {"out"}
    now = parser.parse_overrides(list(overrides))
    return {each.key_or_group: each.get_value_element_as_str() for each in now if each.key_or_group in varied}
