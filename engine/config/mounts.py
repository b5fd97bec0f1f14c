"""Where the YAML lies, and the groups that show a folder under another name.

    agent.model, judge.model,  the folder model/ of the engine and of --config-dir; a raw id with a slash
    reader.model               (openai/gpt-5) is the model `litellm` with that id
    rubric                     the folder rubrics/ beside conf/

A group of one's own is a true Hydra group: choice, sweeps, listing and the options on a typo are Hydra's.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf

from engine.config.document import examine
from engine.errors import Refused

ROLES = ("agent.model", "judge.model", "reader.model")
RUBRIC = "rubric"
NAMED = "a choice is the name of a file there, as in task=NAME"


def _data(name: str) -> Path:
    """A folder of ours: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    return package / name if (package / name).is_dir() else package.parent / name


CONF = _data("conf")
RUBRICS = _data("rubrics")


class ModelSource(ConfigSource):
    """The models as options of each role that a model can have."""

    @staticmethod
    def scheme() -> str:
        return "models"

    def available(self) -> bool:
        return True

    def is_group(self, config_path: str) -> bool:
        return config_path in ("", *ROLES)

    def is_config(self, config_path: str) -> bool:
        role, _, name = config_path.removesuffix(".yaml").partition("/")
        return role in ROLES and ("/" in name.strip("/") or _is_model(name))

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        if config_path in ROLES:
            return [] if results_filter == ObjectType.GROUP else _models()
        return [] if results_filter == ObjectType.CONFIG else list(ROLES)

    def load_config(self, config_path: str) -> ConfigResult:
        name = config_path.removesuffix(".yaml").partition("/")[2]
        content: dict[str, object] = {"defaults": [{"/model@_here_": name}, "_self_"]}
        if not _is_model(name):
            content = {"defaults": [{"/model@_here_": "litellm"}, "_self_"], "id": name}
        return ConfigResult(self.provider, self.full_path(), OmegaConf.create(content), {"package": None})


class FileSource(FileConfigSource):
    """A folder of YAML files: none outside of it is read, and those that are not ours are examined first."""

    def is_config(self, config_path: str) -> bool:
        return super().is_config(self._within(config_path))

    def load_config(self, config_path: str) -> ConfigResult:
        full_path = Path(self.path, self._normalize_file_name(self._within(config_path)))
        if Path(self.path) not in (CONF, RUBRICS) and full_path.is_file():
            examine(full_path)
        return super().load_config(config_path)

    def _within(self, config_path: str) -> str:
        """Neither by a name such as ../x nor by a link."""
        file = Path(self.path, self._normalize_file_name(config_path))
        if ".." in file.parts or not file.resolve().is_relative_to(Path(self.path).resolve()):
            group, _, name = config_path.partition("/")
            raise Refused(f"{group}={name}: this leads out of the folder of its kind; {NAMED}")
        return config_path


class RubricSource(FileSource):
    """A folder of YAML files as the group `rubric`."""

    @staticmethod
    def scheme() -> str:
        return "rubrics"

    def available(self) -> bool:
        return Path(self.path).is_dir()

    def is_group(self, config_path: str) -> bool:
        return config_path in ("", RUBRIC)

    def is_config(self, config_path: str) -> bool:
        return config_path.startswith(f"{RUBRIC}/") and super().is_config(_inside(config_path))

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        if config_path == RUBRIC:
            files = sorted(Path(self.path).glob("*.yaml"))
            return [] if results_filter == ObjectType.GROUP else [file.stem for file in files]
        return [] if results_filter == ObjectType.CONFIG else [RUBRIC]

    def load_config(self, config_path: str) -> ConfigResult:
        return super().load_config(_inside(config_path))


class Mounts(SearchPathPlugin):
    """Adds models and rubrics to every search path."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        search_path.append("engine", f"{RubricSource.scheme()}://{RUBRICS}")
        search_path.append("engine", f"{ModelSource.scheme()}://")


def mount() -> None:
    for plugin in (RubricSource, ModelSource, Mounts):
        Plugins.instance().register(plugin)
    SourcesRegistry.instance().types[FileSource.scheme()] = FileSource


def options(group: str, own: Path | None) -> dict[str, Path]:
    """The choices of a group by name, ours and those in the user's own config folder."""
    folders = [RUBRICS if group == RUBRIC else CONF / group] + ([own / group] if own else [])
    files = [file for folder in reversed(folders) for file in folder.glob("*.yaml") if file.is_file()]
    return dict(sorted((file.stem, file) for file in files))


def find(config: str) -> Path | None:
    """The file of a config such as task/NAME, in the order in which Hydra looks, while it is at work."""
    for source in _sources():
        if source.scheme() in ("file", RubricSource.scheme()) and source.is_config(config):
            inside = _inside(config) if source.scheme() == RubricSource.scheme() else config
            return Path(source.path) / f"{inside}.yaml"
    return None


def _inside(config_path: str) -> str:
    return config_path.removeprefix(f"{RUBRIC}/")


def _models() -> list[str]:
    found = [source.list("model", ObjectType.CONFIG) for source in _sources() if source.is_group("model")]
    return sorted({name for names in found for name in names})


def _is_model(name: str) -> bool:
    return any(source.is_config(f"model/{name}") for source in _sources())


def _sources() -> Iterable[ConfigSource]:
    return GlobalHydra.instance().config_loader().get_sources()
