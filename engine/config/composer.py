"""Composing: Hydra's own, within bounds, and looked at before Hydra acts on what a file says.

Hydra builds loggers, launchers and callbacks by what a config names. Of all this a file of the user's folder,
which others may have made, can say two things, which are data: whether it is a sweep, and what it varies.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from hydra._internal import hydra as internal
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, OmegaConf, open_dict

from engine.config import reference
from engine.config.effort import bounded
from engine.config.literal import literal
from engine.config.mounts import CONF
from engine.config.tree import leaves
from engine.errors import Refused

MAY_STATE = ("mode", "sweeper.params")
MOST_JOBS = 10_000  # of a sweep
NOTED = ("out", "agent", "judge", "reader", "library", "sandbox")  # what can reach outside, or be sent a key


def install() -> None:
    internal.ConfigLoaderImpl = Composer  # type: ignore[attr-defined]


class Composer(ConfigLoaderImpl):
    """It leaves in the runtime's part of the config which file of the user's folder `wrote` which key."""

    _at = "the config"
    _wrote: Mapping[str, str] = {}

    def load_configuration(self, *args: Any, **named: Any) -> DictConfig:
        self._at, self._wrote = "the config", {}
        with bounded(lambda: self._at):
            cfg = super().load_configuration(*args, **named)
            self._at = "sweeper.params"
            self._check_sweep(OmegaConf.select(cfg, "hydra.sweeper.params"))
        with open_dict(cfg.hydra.runtime):
            cfg.hydra.runtime.wrote = dict(self._wrote)
        return cfg

    def _process_config_searchpath(self, config_name: str | None, *args: Any) -> None:
        """The primary config may lie in the user's folder as well, where --config-name says so."""
        repo = args[-1]
        found = repo.load_config(config_path=config_name) if config_name else None
        if found and (file := _file(found, str(config_name))):
            _examined(found.config, file)
        super()._process_config_searchpath(config_name, *args)

    def _load_single_config(self, default: Any, repo: Any) -> ConfigResult:
        self._at = f"{default.config_path}.yaml"
        result = super()._load_single_config(default, repo)
        if file := _file(result, default.config_path):
            self._at = str(file)
            said = _examined(result.config, file)
            self._wrote = {**self._wrote, **dict.fromkeys(_set(said), literal(str(file)))}
        return result

    def _check_sweep(self, params: DictConfig | None) -> None:
        """What a sweep varies becomes overrides, as if these were typed."""
        parser = OverridesParser.create(self)
        parsed = parser.parse_overrides([f"{key!s}={value}" for key, value in (params or {}).items()])
        for each in parsed:
            if re.match(r"hydra\b", each.key_or_group):
                raise Refused(
                    f"sweeper.params: this varies tasks, models and values; not {each.key_or_group}"
                )
        if (jobs := math.prod(map(_choices, parsed))) > MOST_JOBS:
            raise Refused(f"sweeper.params: {jobs:,} jobs or more; at most {MOST_JOBS:,} are accepted")


def _file(result: ConfigResult, config_path: str) -> Path | None:
    """Where it was read, unless that is code that is installed, as our own conf is."""
    scheme, _, folder = result.path.partition("://")
    return None if scheme != "file" or Path(folder) == CONF else Path(folder, f"{config_path}.yaml")


def _set(said: Any) -> Iterator[str]:
    """The keys that are noted, also those that a sweep sets; at least the whole."""
    yield ""
    for key, _ in leaves(said):
        name = key.removeprefix("hydra.sweeper.params.").lstrip("+~")
        if name.partition(".")[0] in NOTED:
            yield name


def _examined(config: Any, file: Path) -> Any:
    """Its plain values, once they are known to direct and to call nothing."""
    said = OmegaConf.to_container(config, resolve=False)
    _check_directives(said, file)
    reference.check(said, file)
    return said


def _check_directives(said: Any, file: Path) -> None:
    node = said.get("hydra") if isinstance(said, dict) else None
    for key, _ in leaves(node) if node is not None else ():
        if not re.fullmatch(r"mode|sweeper\.params(\..*)?", key):
            raise Refused(
                f"{file}: {key or 'an interpolation'}: this decides how a command runs, which is not a file's"
                f" to say; accepted: {', '.join(MAY_STATE)}"
            )


def _choices(override: Override) -> int:
    if not override.is_discrete_sweep():
        return 1
    return sum(1 for _ in islice(override.sweep_string_iterator(), MOST_JOBS + 1))
