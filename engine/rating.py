"""What scores come to: points, item by item and over all, and how steady they are between samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import fmean, stdev
from typing import Any

from engine.rubric import Criterion, Rubric
from engine.verdict import Verdict

Verdicts = Mapping[str, Verdict]
Criteria = Mapping[str, Criterion]
DIGITS = 6


def least(verdicts: Verdicts, criteria: Criteria) -> float:
    """The points, where what is unclear lies at the bottom of its scale."""
    return sum(one.earned(_score(verdicts[id], one, one.scale.low)) for id, one in criteria.items())


def most(verdicts: Verdicts, criteria: Criteria) -> float:
    """The points, where what is unclear lies at the top of its scale."""
    return sum(one.earned(_score(verdicts[id], one, one.scale.high)) for id, one in criteria.items())


def _score(verdict: Verdict, criterion: Criterion, unclear: float) -> float:
    """Of several items the mean, in which an unclear one alone is not known."""
    if verdict.items and verdict.score is None:
        return fmean(_score(item, criterion, unclear) for item in verdict.items)
    known = verdict.scored(criterion.scale)
    return unclear if known is None else known


def by_item(verdicts: Verdicts, criteria: Criteria) -> list[dict[str, Any]]:
    """Each item's title, its points (null where one is unclear), and its score on each criterion."""
    first = next((each for each in verdicts.values() if each.items), None)
    titles = [item.title for item in first.items] if first else []
    return [_item(title, verdicts, criteria) for title in titles]


def _item(title: str, verdicts: Verdicts, criteria: Criteria) -> dict[str, Any]:
    own = {id: each for id in criteria for each in verdicts[id].items if each.title == title}
    scores = {id: verdict.scored(criteria[id].scale) for id, verdict in own.items()}
    whole = own.keys() == criteria.keys() and None not in scores.values()
    return {
        "title": title,
        "points": round(least(own, criteria), DIGITS) if whole else None,
        "scores": scores,
    }


def sampled(verdicts: Verdicts, rubric: Rubric) -> dict[str, Any]:
    """The points and the band of each sample, their standard deviation, and the share in the overall band.

    Empty where there is one sample alone, or not every criterion was scored by each.
    """
    scores = [verdicts[id].scores for id in rubric.criteria]
    if len({len(each) for each in scores}) != 1 or len(scores[0]) < 2:
        return {}
    samples = [[score for score in sample if score is not None] for sample in zip(*scores, strict=True)]
    if any(len(sample) < len(scores) for sample in samples):
        return {}
    each = [
        sum(one.earned(score) for one, score in zip(rubric.criteria.values(), sample, strict=True))
        for sample in samples
    ]
    said: dict[str, Any] = {
        "points": [round(one, DIGITS) for one in each],
        "spread": round(stdev(each), DIGITS),
    }
    if not rubric.bands:
        return said
    bands = [rubric.band(one) for one in each]
    return said | {"bands": bands, "stability": Counter(bands)[rubric.band(fmean(each))] / len(bands)}
