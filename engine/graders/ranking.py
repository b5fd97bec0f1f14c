"""What a judge says of several items together, and whether that follows from its own scores."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from engine.rating import least, most
from engine.rubric import Criterion
from engine.verdict import Assessment, Verdict

_TEXT = {"type": "string", "pattern": r"\S"}
_ONE = {
    "type": "object",
    "properties": {"item": {"type": "integer"}, "reason": _TEXT},
    "required": ["item", "reason"],
    "additionalProperties": False,
}
FORM: Mapping[str, Any] = {
    "ranking": {
        "type": "array",
        "items": {"type": "integer"},
        "description": "the numbers of all items, the best first, as your scores and the weights have it",
    },
    "best": _ONE,
    "worst": _ONE,
    "summary": {**_TEXT, "description": "two to four sentences on the whole"},
}


def assessed(
    said: Mapping[str, Any],
    verdicts: Mapping[str, Mapping[str, Verdict]],
    criteria: Mapping[str, Criterion],
    by: str,
) -> Assessment:
    """`verdicts` by title, in the order shown. Raises ValueError, in words for the judge."""
    titles = list(verdicts)
    ranked = said["ranking"]
    if sorted(ranked) != list(range(1, len(titles) + 1)):
        raise ValueError(f"the ranking must have each of the items 1 to {len(titles)} once, not {ranked}")
    lowest = [least(each, criteria) for each in verdicts.values()]
    highest = [most(each, criteria) for each in verdicts.values()]
    for better, worse in pairwise(ranked):
        if highest[better - 1] < lowest[worse - 1] - 1e-9:
            raise ValueError(
                f"you rank item {better} above item {worse}, but by your own scores and the weights they"
                f" have {highest[better - 1]:.2f} and {lowest[worse - 1]:.2f}"
            )
    for word, first in (("best", ranked[0]), ("worst", ranked[-1])):
        if said[word]["item"] != first:
            raise ValueError(f"{word} is item {said[word]['item']}, but your ranking has item {first} there")
    order = tuple(titles[number - 1] for number in ranked)
    return Assessment(
        by, tuple(titles), order, said["best"]["reason"], said["worst"]["reason"], said["summary"]
    )
