"""Hands in existing files: specimens, a human's work, or the submissions of an earlier experiment."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from engine.agent import Attempt
from engine.errors import Refused
from engine.submission import Submission

LABELS = "labels.json"  # beside specimens, and none itself
MOST_FILES = 1_000  # of one submission
MOST_BYTES = 20_000_000


class Replay:
    """Run i hands in item i modulo the number of items, in sorted order.

    `source` is a specimen's name, a file, a folder of submissions (files, or a folder for each), or the
    output folder of an earlier experiment; without one it is all specimens of the task. `submission` is
    the file name that the task asks for. Raises Refused where there is nothing to replay.
    """

    def __init__(self, source: str | None, specimens: Path, submission: str) -> None:
        self.submission = submission
        suffix = Path(submission).suffix
        try:
            self.items = _items(_locate(source, specimens, suffix), suffix)
            for item in self.items:
                _bounded(item)
        except OSError as error:
            raise Refused(f"agent.source={source}: {error.strerror}") from error
        if not self.items:
            where = "the task's specimens" if source is None else source
            raise Refused(f"agent.source: nothing to replay in {where}: no *{suffix} file")

    async def solve(self, attempt: Attempt) -> Submission:
        item = self.items[attempt.index % len(self.items)]
        submission = _read(item, self.submission)
        attempt.transcript.write("replayed", source=submission.source)
        return submission


def _locate(source: str | None, specimens: Path, suffix: str) -> Path:
    if source is None:
        if not specimens.is_dir():
            raise Refused(f"agent.source: this task has no specimens ({specimens}); name a file or a folder")
        return specimens
    if not source.strip():
        raise Refused("agent.source=: this must be a file or folder, or null for all specimens")
    for place in (Path(source), specimens / source, specimens / f"{source}{suffix}"):
        if place.exists():
            return place / "submissions" if (place / "submissions").is_dir() else place
    names = [_name(item) for item in _items(specimens, suffix)] if specimens.is_dir() else []
    near = difflib.get_close_matches(source, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise Refused(
        f"agent.source={source}: no such file or folder, and no specimen of that name.{hint}"
        f" Specimens: {', '.join(names) or 'none'}"
    )


def _items(place: Path, suffix: str) -> tuple[Path, ...]:
    if place.is_file():
        return (place,)
    if not place.is_dir():
        raise Refused(f"agent.source={place}: this is neither a file nor a folder")
    return tuple(sorted((entry for entry in place.iterdir() if _is_item(entry, suffix)), key=_order))


def _is_item(entry: Path, suffix: str) -> bool:
    """A file of the kind that is asked for, or a folder with such a file, other than an experiment's."""
    if entry.name.startswith((".", "_")) or entry.name == LABELS:
        return False
    if entry.is_file():
        return entry.suffix == suffix
    if not entry.is_dir() or not os.access(entry, os.R_OK | os.X_OK) or (entry / "runs.jsonl").exists():
        return False
    return any(inside.suffix == suffix and inside.is_file() for inside in entry.iterdir())


def _order(item: Path) -> list[str | int]:
    """By name, in which numbers count as numbers: 1000 comes after 999."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", item.name)]


def _bounded(item: Path) -> None:
    """Raises Refused where this is much more than anyone would submit: a disk, say."""
    size = 0
    for files, file in enumerate(_files(item), start=1):
        size += file.stat().st_size
        if files > MOST_FILES or size > MOST_BYTES:
            raise Refused(
                f"agent.source: {item} is no submission: it has more than"
                f" {MOST_FILES} files or {MOST_BYTES // 1_000_000} MB"
            )


def _files(item: Path) -> Iterator[Path]:
    """The regular files of an item. What a folder links to is not in it."""
    if item.is_file():
        yield item
    for folder, _, names in os.walk(item):
        files = (Path(folder, name) for name in sorted(names))
        yield from (file for file in files if file.is_file() and not file.is_symlink())


def _name(item: Path) -> str:
    return item.name if item.is_dir() else item.stem


def _read(item: Path, submission: str) -> Submission:
    if item.is_file():
        return Submission({submission: _text(item)}, source=_name(item))
    files = {file.relative_to(item).as_posix(): _text(file) for file in _files(item)}
    return Submission(files, source=_name(item))


def _text(path: Path) -> str:
    """Without the mark that some editors put first, which is no part of a text."""
    return path.read_text(encoding="utf-8-sig", errors="replace")
