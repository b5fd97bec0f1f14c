"""One run as a page holds it: record, transcript and submission, compressed, and never more than a bound."""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from engine.journal import FOR_RESUMING
from engine.past import Past
from engine.record import Record

READ = 8_000_000  # bytes of a transcript, and of all files of a submission: no more is looked at
# Characters of a text and entries of a list, from all of them down to what always fits.
STEPS = ((READ, READ), (50_000, 20_000), (10_000, 5_000), (2_000, 1_000), (400, 200), (100, 40), (40, 10))


def pack(value: object) -> str:
    """As base64 of gzip of JSON, which nothing in a page can take for markup."""
    return base64.b64encode(gzip.compress(json.dumps(value).encode(), 6, mtime=0)).decode("ascii")


def packed(past: Past, record: Record, most: int) -> str:
    """At most so many bytes when compressed. What had to be cut is told, and where all of it lies."""
    name = f"{record.run:03d}"
    transcript = past.folder / "transcripts" / f"{name}.jsonl"
    submission = past.folder / "submissions" / name
    events, torn = _events(transcript)
    files, left = _files(submission)
    whole = {"record": asdict(record), "events": events, "files": files}
    places = f"all of it is in {transcript} and {submission}/"
    text = ""
    for longest, entries in STEPS:
        shorter = Shorter(longest, entries)
        cut = torn or left or longest < READ
        note = f"Shortened to keep this page small; {places}" if cut else ""
        text = pack({**shorter.of(whole), "note": note})
        if len(text) <= most * 4 / 3:
            return text
    stub = {"run": record.run, "outcome": record.outcome, "verdicts": {}, "points": dict(record.points)}
    return pack({"record": stub, "events": [], "files": {}, "note": f"Too much for this page; {places}"})


class Shorter:
    """A JSON value without its ends: texts of at most `longest` characters, lists of at most `entries`."""

    def __init__(self, longest: int, entries: int) -> None:
        self.longest = longest
        self.entries = entries

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            more = len(value) - self.longest
            return value if more <= 0 else f"{value[: self.longest]}… ({more:,} characters more)"
        if isinstance(value, Mapping):
            kept = islice(value.items(), max(self.entries, 100))  # the fields of a record are never too many
            return {self.of(name): self.of(each) for name, each in kept}
        if isinstance(value, list | tuple):
            more = len(value) - self.entries
            end = [f"… ({more:,} more)"] if more > 0 and isinstance(value[0], str) else []
            return [*map(self.of, value[: self.entries]), *end]
        # A browser's JSON knows no NaN and no Infinity, which a tool's arguments may hold.
        return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _events(path: Path) -> tuple[list[Any], bool]:
    """The whole lines that are JSON, and whether there is more. A run may have no transcript."""
    if not path.is_file():
        return [], False
    with path.open("rb") as file:
        lines = file.read(READ).split(b"\n")
        more = bool(file.read(1))
    return [event for line in lines[: len(lines) - more] if (event := _event(line))], more


def _event(line: bytes) -> Any:
    """None of a line that a crash tore."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict):
        return None
    return {name: value for name, value in event.items() if name not in FOR_RESUMING}


def _files(folder: Path) -> tuple[dict[str, str], bool]:
    """Texts by path, and whether some were left out. A link is not followed: it may lead anywhere."""
    files: dict[str, str] = {}
    room = READ
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    for path in paths:
        with path.open("rb") as file:
            data = file.read(room + 1)
        if len(data) > room:
            return files, True
        room -= len(data)
        files[path.relative_to(folder).as_posix()] = data.decode("utf-8", "replace")
    return files, False
