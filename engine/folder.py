"""The output folder of one experiment."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import threading
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

from engine.record import Record
from engine.submission import Submission
from engine.transcript import Echo, Transcript

RUNS = "runs.jsonl"


class Folder:
    """Everything that an experiment leaves behind.

    DIR/
      config.yaml              the resolved config, without secrets
      overrides.yaml           what was said on the command line
      runs.jsonl               one line per finished run, appended and synced: the truth
      transcripts/000.jsonl    the events of run 0 as they happened
      submissions/000/         what run 0 handed in
      summary.json             the figures, made from runs.jsonl
      report.html              all of it, to look at
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._appending = threading.Lock()

    def create(self, config: str, overrides: tuple[str, ...]) -> None:
        """Make the folder ours. One that another experiment took meanwhile is left to it: DIR-2 is next."""
        self.path = next(path for path in _names(self.path) if _taken(path))
        for part in ("transcripts", "submissions"):
            (self.path / part).mkdir(exist_ok=True)
        (self.path / "config.yaml").write_text(config, encoding="utf-8")
        lines = "".join(f"- {json.dumps(item, ensure_ascii=False)}\n" for item in overrides)
        (self.path / "overrides.yaml").write_text(lines or "[]\n", encoding="utf-8")

    def transcript(self, run: int, echo: Echo | None) -> Transcript:
        return Transcript(run, self._transcript(run), echo)

    def _transcript(self, run: int) -> Path:
        return self.path / "transcripts" / f"{run:03d}.jsonl"

    def keep(self, run: int, submission: Submission) -> None:
        submission.save(self.path / "submissions" / f"{run:03d}")

    def append(self, record: Record) -> None:
        """Once this returns, the record outlives a crash. Raises OSError, and then leaves no torn line."""
        data = record.line()
        with (self.path / RUNS).open("ab", buffering=0) as file:
            with self._appending:
                _whole(file, data)
            os.fsync(file.fileno())  # by many at once, so that they share the disk's work

    def records(self) -> list[Record]:
        """All finished runs, by number. A last line that a crash tore is passed over."""
        lines = (self.path / RUNS).read_bytes().split(b"\n")[:-1]
        records = [self._record(at, line) for at, line in enumerate(lines, start=1) if line]
        return sorted(records, key=lambda record: record.run)

    def _record(self, at: int, line: bytes) -> Record:
        try:
            return Record.parse(line)
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{RUNS}, line {at} is no record: {error}") from error

    def events(self, run: int) -> list[dict[str, Any]]:
        """The transcript of a run, empty where there is none. A line that a crash tore is left out."""
        path = self._transcript(run)
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        found = [_event(line) for line in lines]
        return [event for event in found if event is not None]

    def begun(self) -> bool:
        return (self.path / RUNS).exists()

    def summarize(self, summary: Mapping[str, Any]) -> None:
        """The figures can be made again from the records, so a full disk is no reason to fail."""
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        with contextlib.suppress(OSError):
            (self.path / "summary.json").write_text(text + "\n", encoding="utf-8")


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _whole(file: FileIO, data: bytes) -> None:
    size = file.seek(0, os.SEEK_END)
    try:
        if file.write(data) < len(data):
            raise OSError(errno.ENOSPC, "no space left for a record", file.name)
    except OSError:
        file.truncate(size)
        raise


def _names(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))


def _taken(path: Path) -> bool:
    """Whether we, and nobody else, have begun an experiment there."""
    path.mkdir(parents=True, exist_ok=True)
    try:
        (path / RUNS).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
