"""What scored runs came to: points, band, and a card of the items of each run, with the criticism."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from engine.record import Record
from engine.rubric import Rubric

SHOWN = 3  # runs


@dataclass(frozen=True)
class Row:
    """One item: points (None where not certain), scores by criterion, the lowest of them and why."""

    title: str
    points: float | None
    scores: Mapping[str, float | None]
    lowest: str
    reason: str


@dataclass(frozen=True)
class Card:
    """One run. `samples` are the record's, `best`, `worst` and `summary` what the first sample said."""

    run: int
    points: float
    of: float
    band: str | None
    samples: Mapping[str, Any]
    rows: Sequence[Row]
    best: str
    worst: str
    summary: str


@dataclass(frozen=True)
class Scores:
    """Over the runs that were graded on every criterion: how many, the mean of `of` points, runs by band."""

    runs: int
    mean: float | None
    of: float
    bands: Mapping[str, int]
    cards: Sequence[Card]


def scores(records: Sequence[Record], rubric: Rubric) -> Scores:
    """Bands from the highest down; cards of the first few runs that have items."""
    graded = [record for record in records if _graded(record, rubric)]
    got = [record.points["got"] for record in graded]
    count = Counter(record.band for record in graded if record.band)
    names = sorted(rubric.bands, key=lambda name: -rubric.bands[name])
    itemised = [record for record in graded if record.items]
    return Scores(
        len(graded),
        round(fmean(got), 6) if got else None,
        rubric.points,
        {name: count[name] for name in names},
        [_card(record, rubric) for record in itemised[:SHOWN]],
    )


def _graded(record: Record, rubric: Rubric) -> bool:
    said = record.verdicts
    return all(id in said and said[id]["verdict"] != "unclear" for id in rubric.criteria)


def _card(record: Record, rubric: Rubric) -> Card:
    said = record.assessments[0] if record.assessments else {}
    rows = [_row(item, record.verdicts, rubric) for item in record.items]
    rows.sort(key=lambda row: -(row.points or 0.0))
    told = {word: said.get(word, "") for word in ("best", "worst", "summary")}
    return Card(
        record.run, record.points["got"], record.points["of"], record.band, record.samples, rows, **told
    )


def _row(item: Mapping[str, Any], verdicts: Mapping[str, Mapping[str, Any]], rubric: Rubric) -> Row:
    """The lowest is that farthest down its scale; what is at the top of it is no criticism."""
    scales = {id: criterion.scale for id, criterion in rubric.criteria.items()}
    shares = {
        id: (score - scales[id].low) / (scales[id].high - scales[id].low)
        for id, score in item["scores"].items()
        if score is not None and score < scales[id].high
    }
    lowest = min(shares, key=shares.__getitem__, default="")
    own = verdicts[lowest].get("items", ()) if lowest else ()
    reason = next((each["reason"] for each in own if each["title"] == item["title"]), "")
    return Row(item["title"], item["points"], item["scores"], lowest, reason)
