"""An experiment as its folder tells of it: the config that was kept, and the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from engine.coherence import zones
from engine.config.rubric import settle
from engine.config.schema import AUTO, noun
from engine.errors import Refused
from engine.folder import Folder
from engine.record import Record
from engine.rubric import Rubric
from engine.summary import Summary, summarize
from engine.threshold import Threshold

PARTS = ("task", "rubric", "threshold")


@dataclass(frozen=True)
class Past:
    """`config` is the resolved YAML as it was kept; rubric and threshold are made from it."""

    folder: Path
    config: Mapping[str, Any]
    rubric: Rubric
    threshold: Threshold
    records: Sequence[Record]

    @property
    def task(self) -> str:
        return str(self.config["task"].get("name", ""))

    @property
    def model(self) -> str:
        """What made the attempts: a model's id, or nothing where submissions were replayed."""
        return next((record.model for record in self.records if record.model), "")

    @cached_property
    def summary(self) -> Summary:
        auto = self.config.get("runs") == AUTO
        return summarize(self.records, self.threshold, self.rubric, _wall(self.records), auto)


def read(folder: Path) -> Past:
    """Raises Refused where this is not the output folder of an experiment."""
    try:
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        records = Folder(folder).records()
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, TypeError) as error:
        raise Refused(f"{folder}: this is not the output folder of an experiment: {error}") from error
    if not isinstance(config, Mapping) or not all(isinstance(config.get(part), Mapping) for part in PARTS):
        raise Refused(f"{folder}/config.yaml: this must have {', '.join(PARTS)}")
    try:
        rubric, threshold = settle(
            noun(Rubric, config["rubric"], "rubric"), noun(Threshold, config["threshold"], "threshold")
        )
        for problem in zones(threshold.band) if config.get("runs") == AUTO else ():
            raise Refused(problem)
    except Refused as error:
        raise Refused(f"{folder}/config.yaml: {error}") from error
    return Past(folder, config, rubric, threshold, records)


def _wall(records: Sequence[Record]) -> float:
    """Seconds from the first start to the last end."""
    starts = [datetime.fromisoformat(record.started) for record in records]
    ends = [start + timedelta(seconds=record.seconds) for start, record in zip(starts, records, strict=True)]
    return (max(ends) - min(starts)).total_seconds() if records else 0.0
