"""The output folder of one experiment."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.record import Record
from engine.submission import Submission
from engine.transcript import Echo, Transcript


class Folder:
    """Everything that an experiment leaves behind.

    DIR/
      config.yaml              the resolved config, without secrets
      overrides.yaml           what was said on the command line
      runs.jsonl               one line per finished run, appended and synced: the truth
      transcripts/000.jsonl    the events of run 0 as they happened
      submissions/000/         what run 0 handed in
      summary.json             the figures, made from runs.jsonl
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._appending = threading.Lock()

    def create(self, config: str, overrides: tuple[str, ...]) -> None:
        for part in ("transcripts", "submissions"):
            (self.path / part).mkdir(parents=True, exist_ok=True)
        (self.path / "config.yaml").write_text(config, encoding="utf-8")
        lines = "".join(f"- {json.dumps(item, ensure_ascii=False)}\n" for item in overrides)
        (self.path / "overrides.yaml").write_text(lines or "[]\n", encoding="utf-8")

    def transcript(self, run: int, echo: Echo | None) -> Transcript:
        return Transcript(run, self.path / "transcripts" / f"{run:03d}.jsonl", echo)

    def keep(self, run: int, submission: Submission) -> None:
        submission.save(self.path / "submissions" / f"{run:03d}")

    def append(self, record: Record) -> None:
        """Once this returns, the record outlives a crash of the machine."""
        with self._appending, (self.path / "runs.jsonl").open("a", encoding="utf-8") as file:
            file.write(record.line() + "\n")
            file.flush()
            os.fsync(file.fileno())

    def records(self) -> list[Record]:
        """All finished runs, by number."""
        runs = self.path / "runs.jsonl"
        lines = runs.read_text(encoding="utf-8").splitlines() if runs.exists() else []
        return sorted((Record.parse(line) for line in lines if line), key=lambda record: record.run)

    def summarize(self, summary: Mapping[str, Any]) -> None:
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        (self.path / "summary.json").write_text(text + "\n", encoding="utf-8")
