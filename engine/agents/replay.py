"""Hands in existing files: specimens, a human's work, or the submissions of an earlier experiment."""

from __future__ import annotations

import difflib
from pathlib import Path

from engine.agent import Attempt
from engine.errors import Refused
from engine.submission import Submission


class Replay:
    """Run i hands in item i modulo the number of items, in sorted order.

    `source` is a specimen's name, a file, a folder of submissions (files, or a folder for each), or the
    output folder of an earlier experiment; without one it is all specimens of the task. `submission` is
    the file name that the task asks for. Raises Refused where there is nothing to replay.
    """

    def __init__(self, source: str | None, specimens: Path, submission: str) -> None:
        self.submission = submission
        self.items = _items(_locate(source, specimens, Path(submission).suffix), Path(submission).suffix)
        if not self.items:
            where = source or "the task's specimens"
            raise Refused(f"agent.source: nothing to replay in {where}: no *{Path(submission).suffix} file")

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
    return tuple(
        sorted(
            entry
            for entry in place.iterdir()
            if not entry.name.startswith((".", "_"))
            and ((entry.is_file() and entry.suffix == suffix) or (entry.is_dir() and any(entry.iterdir())))
        )
    )


def _name(item: Path) -> str:
    return item.name if item.is_dir() else item.stem


def _read(item: Path, submission: str) -> Submission:
    if item.is_file():
        return Submission({submission: _text(item)}, source=_name(item))
    files = {path.relative_to(item).as_posix(): _text(path) for path in item.rglob("*") if path.is_file()}
    return Submission(files, source=_name(item))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
