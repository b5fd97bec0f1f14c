"""Whether a rubric and a threshold make sense, and go together: each problem begins with the key."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.rubric import RESERVED, Criterion, Items, Rubric
from engine.threshold import Band, Threshold, reaches


def problems(rubric: Rubric, threshold: Threshold) -> Iterator[str]:
    if not rubric.criteria:
        yield "rubric.criteria: the rubric has no criteria, so there is nothing to grade"
    yield from scales(rubric)
    for id, criterion in rubric.criteria.items():
        if not 0 < criterion.points < math.inf:
            yield f"rubric.criteria.{id}.points={criterion.points:g}: points must be more than 0"
    yield from _threshold(threshold, rubric)
    for id, criterion in rubric.criteria.items():
        for problem in _criterion(criterion):
            yield f"rubric.criteria.{id}.{problem}"
    for id in rubric.gates.keys() & rubric.criteria.keys():
        yield f"rubric.gates.{id}: this is also a criterion, and a record keeps one verdict for each name"
    for id, what in rubric.remarks.items():
        if id in RESERVED or not isinstance(what, str) or not what.strip():
            yield f"rubric.remarks.{id}: this must say in words what is to be listed, under a name of its own"
    if rubric.items:
        yield from _items(rubric.items)
    yield from _bands(rubric)


def scales(rubric: Rubric) -> Iterator[str]:
    for id, criterion in rubric.criteria.items():
        low, high = criterion.scale.low, criterion.scale.high
        if not 0 <= low < high:
            yield f"rubric.criteria.{id}.scale: low={low}, high={high}: this must go up, from 0 or more"


def _criterion(criterion: Criterion) -> Iterator[str]:
    low, high = criterion.scale.low, criterion.scale.high
    for score, anchor in criterion.anchors.items():
        if not low <= score <= high:
            yield f"anchors.{score}: this lies outside of the scale, {low} to {high}"
        if not anchor.strip():
            yield f"anchors.{score}: this must say what the score means"
    if criterion.passes is not None and not low < criterion.passes <= high:
        yield f"passes={criterion.passes:g}: this must lie above {low} and at most at {high}"


def _items(items: Items) -> Iterator[str]:
    if not 1 <= items.min <= items.max:
        yield f"rubric.items: min={items.min} and max={items.max}: at least 1, and no fewer at most"


def _bands(rubric: Rubric) -> Iterator[str]:
    """Every number of points that can be had has a band, and every band some."""
    if not rubric.bands:
        return
    if not any(reaches(rubric.floor, bound) for bound in rubric.bands.values()):
        name = min(rubric.bands, key=rubric.bands.__getitem__)
        yield f"rubric.bands: what comes to less than {name} has no band; let one begin at {rubric.floor:g}"
    for name, bound in rubric.bands.items():
        if not reaches(rubric.points, bound):
            yield f"rubric.bands.{name}={bound:g}: out of reach; all that can be had is {rubric.points:g}"
        if list(rubric.bands.values()).count(bound) > 1:
            yield f"rubric.bands.{name}={bound:g}: another band begins there too"


def _threshold(threshold: Threshold, rubric: Rubric) -> Iterator[str]:
    least, most = rubric.floor, rubric.points
    low, high = threshold.band.low, threshold.band.high
    yield from share("threshold.band.low", low)
    yield from share("threshold.band.high", high)
    if low > high:
        yield f"threshold.band: low={low:g} lies above high={high:g}"
    points = most if threshold.points is None else threshold.points
    if not points > least or not reaches(most, points):
        yield (
            f"threshold.points={points:g}: out of reach, or always reached; the criteria of the rubric sum"
            f" to {most:g} points, so this must be more than {least:g} and at most {most:g}"
        )


def zones(band: Band) -> Iterator[str]:
    """The zones around the ends of the band, which must be apart and within 0 and 1."""
    low, high = band.low_zone, band.high_zone
    for name, ends in (("low", low), ("high", high)):
        if ends and not 0 < ends[0] < ends[1] < 1:
            yield (
                f"threshold.band.{name}_slack={getattr(band, f'{name}_slack'):g}: for runs=auto, {name} with"
                " this taken off and added must be two rates between 0 and 1"
            )
    if low and high and low[1] > high[0]:
        yield f"threshold.band: {low[1]:g} and {high[0]:g} overlap; with runs=auto the slacks must be smaller"
    if not low and not high:
        yield "threshold.band: from 0 to 1 there is nothing to decide for runs=auto"


def share(key: str, value: float | None) -> Iterator[str]:
    if value is not None and not 0 <= value <= 1:
        yield f"{key}={value:g}: this must lie between 0 and 1"
