"""Going on with an experiment: what was said when it began, and whether it is still the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hydra.core.override_parser.types import Quote, QuotedString

from engine.config.origin import parsed
from engine.errors import Refused
from engine.folder import RUNS, Folder
from engine.secrets import MASK
from engine.task import Assets

# What changes no result, and may differ from one session to the next.
FREE = ("runs", "max_runs", "concurrency", "verbose", "fail_under", "out", "resume", "max_failures")
FREE_PARTS = ("budget", "cache")
FREE_OF_MODELS = ("retries", "backoff_seconds", "timeout_seconds", "max_connections")
ONE_JOB = "hydra.mode=RUN"  # also where a preset says that there are several
PLAIN = re.compile(r"[\w.+-]*(/[\w.+-]+)+", re.ASCII)  # a path that means itself
SHOWN = 5  # differences
LONGEST = 60  # characters of a value that are shown
NOTHING = "(nothing)"
NO_SWEEP = "this goes on with one experiment; say out=DIR again to go on with a sweep"
MAY_CHANGE = (
    "What may change: runs, max_runs, max_failures, concurrency, verbose, fail_under, budget, cache, and how"
    " often a model is tried."
)


def recalled(typed: Sequence[str], sweep: bool = False, own: str | None = None) -> list[str]:
    """The command line where it has no `resume=DIR`; else that of DIR, with what is typed now in place of
    what was typed then. `own` is the config folder that is typed now. Raises Refused.
    """
    now = parsed(typed)
    said = [each.value() for each in now if each.key_or_group == "resume"]
    folders = [str(each) for each in said if each is not None]
    if "" in folders:
        raise Refused("resume=: this must be the output folder of an experiment, or null")
    if not folders:
        return list(typed)
    folder = Path(folders[-1]).expanduser().absolute()
    if sweep or _holds_a_sweep(folder):
        raise Refused(f"resume={folder}: {NO_SWEEP}")
    if elsewhere := [each.input_line for each in now if each.key_or_group == "out" and each.value()]:
        raise Refused(f"{elsewhere[-1]}: the results stay in the folder that is resumed; leave this out")
    anew = {each.key_or_group for each in now} | {"out", "resume"}
    before = [each for each in parsed(_typed_then(folder, own)) if each.key_or_group not in anew]
    for each in before:
        if MASK in str(each.input_line):
            raise Refused(f"resume={folder}: {each.key_or_group} was secret and is not kept; say it again")
    others = [each for each in now if each.key_or_group not in ("out", "resume")]
    return [*(str(each.input_line) for each in (*before, *others)), f"out={quoted(folder)}", ONE_JOB]


def resumed(out: Path, config: str, assets: Mapping[str, str]) -> bool:
    """Whether a part of this very experiment lies there. Raises Refused where it is of another."""
    shown = near(out)
    if not Folder(out).begun():
        _check_free(out, shown)
        return False
    then, files = _kept(out, shown)
    changed = (each for each in _changed(_flat(then), _flat(yaml.safe_load(config))) if not _free(each[0]))
    edited = (f"{name} was edited" for name, *_ in _changed(files, assets))
    differences = [*(_told(*each) for each in changed), *edited]
    if differences:
        more = [f"and {len(differences) - SHOWN} more"] if len(differences) > SHOWN else []
        lines = "\n  ".join([*differences[:SHOWN], *more])
        raise Refused(
            f"out={shown}: the results here are of another experiment, and are never overwritten:\n  {lines}"
            f"\nUndo this to go on with it, or choose another folder. {MAY_CHANGE}"
        )
    return True


def _check_free(out: Path, shown: Path) -> None:
    if others := Folder(out).others():
        raise Refused(
            f"out={shown}: {', '.join(others)} is here already, of no experiment, and would be overwritten;"
            " choose another folder"
        )


def _kept(out: Path, shown: Path) -> tuple[Any, Any]:
    """The config and the digests of the files that the results came of."""
    try:
        config = yaml.safe_load((out / "config.yaml").read_text(encoding="utf-8"))
        return config, json.loads((out / "assets.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Refused(
            f"out={shown}: there are results here, which are never overwritten, and not what they came of:"
            f" {error}"
        ) from error


def digests(prompt: str, reference: str, assets: Assets, items: Iterable[Path]) -> Mapping[str, str]:
    """What the files of a task say, by the part of it that they are."""
    texts = {"prompt.md": prompt, "reference": reference, "agent.source": "\n".join(map(str, items))}
    texts |= {f"given/{name}": text for name, text in assets.given().items()}
    probes = sorted(path for path in assets.probes.rglob("*.py") if path.is_file())
    read = {path.relative_to(assets.folder).as_posix(): path.read_bytes() for path in probes}
    contents = {**{name: text.encode() for name, text in texts.items() if text}, **read}
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


def _holds_a_sweep(folder: Path) -> bool:
    return not Folder(folder).begun() and any(folder.glob(f"*/{RUNS}"))


def _typed_then(folder: Path, own: str | None) -> list[str]:
    if not Folder(folder).begun():
        raise Refused(f"resume={folder}: this is not the output folder of an experiment")
    try:
        text = (folder / "overrides.yaml").read_text(encoding="utf-8")
        said = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise Refused(f"resume={folder}: its overrides.yaml cannot be read: {problem}") from error
    if not isinstance(said, list):
        raise Refused(f"resume={folder}: its overrides.yaml is not the list that we wrote")
    begun = text.partition("\n")[0].removeprefix("# ")
    if "--config-dir" in begun and not own:
        raise Refused(f"resume={folder}: this was begun with a config folder; go on by: {begun} resume=DIR")
    return list(map(str, said))


def quoted(path: Path) -> str:
    """As an override takes it, whatever is in its name."""
    plain = PLAIN.fullmatch(str(path))
    return str(path) if plain else QuotedString(str(path), Quote.single).with_quotes()


def near(path: Path) -> Path:
    """From the current folder on, where it lies in that."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _flat(value: Any, key: str = "") -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        return {key: value}
    parts = (_flat(each, f"{key}.{name}".lstrip(".")) for name, each in value.items())
    return {name: each for part in parts for name, each in part.items()}


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys([*then, *now]):
        before, after = then.get(key, NOTHING), now.get(key, NOTHING)
        if before != after:
            yield key, before, after


def _free(key: str) -> bool:
    first = key.partition(".")[0]
    patience = "model" in key and key.rpartition(".")[2] in FREE_OF_MODELS
    return key in FREE or first in FREE_PARTS or patience


def _told(key: str, before: Any, after: Any) -> str:
    return f"{key}: {_short(before)} became {_short(after)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
