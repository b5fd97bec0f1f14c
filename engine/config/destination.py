"""Where an experiment leaves its results: a folder that nothing is lost in."""

from __future__ import annotations

import itertools
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from engine.errors import Refused


def destination(out: str | None, task: str, swept: Mapping[str, str], now: datetime | None = None) -> Path:
    """The output folder, not made yet. In a sweep each job has its own. Raises Refused where it cannot be."""
    if out == "":
        raise Refused("out=: this must be a folder, or null for out/<task>/<time>")
    try:
        folder = _folder(out, task, swept, now or datetime.now(UTC))
        _check(folder)
    except (OSError, RuntimeError) as error:  # a name too long; a ~user who is not there
        raise Refused(f"out={out or slug(task)}: {getattr(error, 'strerror', error)}") from error
    return folder.absolute()


def _folder(out: str | None, task: str, swept: Mapping[str, str], now: datetime) -> Path:
    if out is None:
        return _free(Path("out", slug(task), now.strftime("%Y-%m-%dT%H-%M-%S")))
    return Path(out).expanduser() / ",".join(f"{key}={slug(value)}" for key, value in swept.items())


def slug(text: str) -> str:
    """A readable name for a folder."""
    return re.sub(r"[^\w.+-]+", "-", text).strip("-.") or "none"


def _free(folder: Path) -> Path:
    if not folder.exists():
        return folder
    others = (folder.with_name(f"{folder.name}-{number}") for number in itertools.count(2))
    return next(other for other in others if not other.exists())


def _check(folder: Path) -> None:
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise Refused(f"out={folder}: {there} is a file, and a folder is needed")
    try:
        tempfile.TemporaryDirectory(dir=there).cleanup()
    except OSError as error:
        raise Refused(f"out={folder}: {there} cannot be written to ({error.strerror})") from error
