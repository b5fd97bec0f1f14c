"""The output folder of one experiment."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import json
import os
import threading
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

from engine.calls import Calls
from engine.journal import Journal, paid
from engine.model import Usage
from engine.record import Record
from engine.submission import Submission
from engine.transcript import Echo, Transcript

RUNS = "runs.jsonl"
WRITTEN = ("config.yaml", "overrides.yaml", "assets.json", "summary.json", "report.html")


class Folder:
    """Everything that an experiment leaves behind.

    DIR/
      config.yaml              the resolved config, without secrets
      overrides.yaml           what was said on the command line
      assets.json              digests of the task's files
      runs.jsonl               one line per finished run, appended and synced: the truth
      transcripts/000.jsonl    the events of run 0 as they happened
      submissions/000/         what run 0 handed in
      summary.json             the figures, made from runs.jsonl
      report.html              all of it, to look at

    One process at a time works on it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._appending = threading.Lock()
        self._held: int | None = None

    def create(self, kept: Mapping[str, str]) -> None:
        """Make the folder ours. One that another experiment took meanwhile is left to it: DIR-2 is next.

        `kept` are the texts that say what the experiment is, by the names of their files.
        """
        self.path = next(path for path in _names(self.path) if self._take(path))
        for part in ("transcripts", "submissions"):
            (self.path / part).mkdir(exist_ok=True)
        self._write({**kept, RUNS: ""})  # which is last, since it says that an experiment has begun

    def resume(self, kept: Mapping[str, str]) -> list[str]:
        """Make it ours again, and mend what a crash tore. Returns what was mended, in words.

        What is void is no longer a record, so that it is made again. Raises BlockingIOError where another
        process works on it.
        """
        self._hold(self.path)
        files = [self.path / RUNS, *sorted((self.path / "transcripts").glob("*.jsonl"))]
        told = [
            f"{path.relative_to(self.path)}: its last line was torn, and is cut off"
            for path in files
            if _mended(path)
        ]
        records = [record for record in self.records() if record.outcome != "void"]
        _replace(self.path / RUNS, b"".join(record.line() for record in records))
        self._write(kept)
        return told

    def release(self) -> None:
        """Let others work on it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def _take(self, path: Path) -> bool:
        """Whether we, and nobody else, may begin an experiment there."""
        path.mkdir(parents=True, exist_ok=True)
        try:
            self._hold(path)
        except BlockingIOError:
            return False
        if (path / RUNS).exists():
            self.release()
            return False
        return True

    def _hold(self, path: Path) -> None:
        """The system lets go of it with the process, however that ends."""
        self._held = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
            raise

    def _write(self, kept: Mapping[str, str]) -> None:
        for name, text in kept.items():
            _replace(self.path / name, text.encode())

    def transcript(self, run: int, echo: Echo | None = None, calls: Calls | None = None) -> Transcript:
        """What an earlier session has of it is its past."""
        return Transcript(run, self._transcript(run), echo, calls, Journal(self.events(run)))

    def _transcript(self, run: int) -> Path:
        return self.path / "transcripts" / f"{run:03d}.jsonl"

    def keep(self, run: int, submission: Submission) -> None:
        submission.save(self.path / "submissions" / f"{run:03d}")

    def kept(self, run: int, submitted: Mapping[str, Any]) -> Submission | None:
        """The submission of which that event tells, if it is there, whole."""
        try:
            found = Submission.read(self.path / "submissions" / f"{run:03d}", submitted["source"])
        except (OSError, UnicodeDecodeError):
            return None
        return found if found.digest == submitted["digest"] else None

    def spent(self) -> Usage:
        """By all calls that the transcripts tell of, those of runs that did not end as well."""
        runs = [int(path.stem) for path in (self.path / "transcripts").glob("*.jsonl")]
        return sum((paid(self.events(run)) for run in runs), Usage())

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

    def others(self) -> list[str]:
        """What would be overwritten by beginning here, unless a crash of ours has left it half begun."""
        ours = (self.path / "submissions").is_dir()
        return [] if ours else [name for name in WRITTEN if (self.path / name).exists()]

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


def _mended(path: Path) -> bool:
    """Whether the last line had no end and was cut off."""
    if not path.exists():
        return False
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        _replace(path, whole)
    return whole != data


def _replace(path: Path, data: bytes) -> None:
    """All of it or nothing, whatever happens meanwhile."""
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    parent = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _names(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
