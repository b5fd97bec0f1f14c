"""Scored runs on the terminal: the mean and the bands, and a card for each of the first few runs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from engine.scorecard import Card, Scores
from engine.visible import brief, visible

CUT = 240  # characters of what is said


def rated(points: float, of: float, band: str | None) -> str:
    """Cut, not rounded: what is shown reaches no bound that it does not reach."""
    return f"{math.floor(points * 1000 + 1e-6) / 1000:.12g}/{of:g}" + (f" {band}" if band else "")


def headline(said: Scores) -> Text:
    """The mean, and how many runs are in each band."""
    counts = ", ".join(f"{count} {name}" for name, count in said.bands.items())
    mean = "-" if said.mean is None else f"{said.mean:.3g}"
    runs = f"{said.runs} run{'s' * (said.runs != 1)}"
    return Text(f"Average {mean} of {said.of:g} over {runs}" + (f": {counts}" if counts else ""))


def show(card: Card) -> Group:
    """Items by criteria, the best first; then what was said against each."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    title = f"run {card.run:03d}: {rated(card.points, card.of, card.band)}"
    table.add_column(Text(title, "bold"), overflow="fold", ratio=1)
    for id in card.rows[0].scores:
        table.add_column(Text(visible(id.replace("_", " "))), justify="right", max_width=10)
    table.add_column("all", justify="right")
    for row in card.rows:
        cells = ["-" if score is None else f"{score:.3g}" for score in row.scores.values()]
        table.add_row(Text(visible(row.title)), *cells, "-" if row.points is None else f"{row.points:.3g}")
    return Group(table, *(Text(line, "dim") for line in _said(card)))


def _said(card: Card) -> Iterator[str]:
    for row in card.rows:
        if row.reason:
            lowest = f"{row.lowest.replace('_', ' ')} {row.scores[row.lowest]:.3g}"
            yield brief(f"- {row.title}, {lowest}: {row.reason}", CUT)
    for word, text in (("Best", card.best), ("Worst", card.worst), ("Summary", card.summary)):
        if text:
            yield brief(f"{word}: {text}", CUT)
    if card.samples:
        points = ", ".join(f"{each:.3g}" for each in card.samples["points"])
        steady = card.samples.get("stability")
        bands = f", {steady:.0%} in the same band" if steady is not None else ""
        spread = f"spread {card.samples['spread']:.2g}{bands}"
        yield f"{len(card.samples['points'])} samples: {points} ({spread})"
