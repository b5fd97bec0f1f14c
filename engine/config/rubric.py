"""From the rubric that YAML states to one in which nothing is left open: scales, points, bands, threshold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from engine import coherence
from engine.config.advice import nearest
from engine.config.schema import noun
from engine.errors import Refused
from engine.rubric import Command, Criterion, Gate, Items, Measure, Rubric, Scale
from engine.threshold import Threshold

Part = TypeVar("Part", Criterion, Gate)
CLOSE = 1e-6  # to 1, for weights written in decimals


def settle(said: Rubric, threshold: Threshold) -> tuple[Rubric, Threshold]:
    """Both as they are used. Raises Refused, naming the key."""
    stated = {id: _stated(node, said.scale, f"rubric.criteria.{id}") for id, node in said.criteria.items()}
    rubric = replace(
        said,
        items=None if said.items is None else noun(Items, said.items, "rubric.items"),
        bands={str(name): _bound(name, bound) for name, bound in said.bands.items()},
        gates=_parts(Gate, said.gates, "rubric.gates"),
        criteria=_weighed(_parts(Criterion, stated, "rubric.criteria"), said),
        measures={id: noun(Measure, node, f"rubric.measures.{id}") for id, node in said.measures.items()},
    )
    for problem in coherence.scales(rubric):
        raise Refused(problem)
    need = _need(threshold.points, rubric)
    share = (need - rubric.floor) / (rubric.points - rubric.floor or 1)
    met = {id: _met(one, share) for id, one in rubric.criteria.items()}
    return replace(rubric, criteria=met), replace(threshold, points=need)


def _stated(node: Any, scale: Scale, key: str) -> Any:
    """With the rubric's scale, or what of it the criterion does not state itself; anchors by number.

    A key from the command line is a text, one from YAML a number, and the former comes later; null removes
    it.
    """
    if not isinstance(node, Mapping):
        return node
    own, anchors = node.get("scale") or {}, node.get("anchors") or {}
    for name, part in (("scale", own), ("anchors", anchors)):
        if not isinstance(part, Mapping):
            raise Refused(f"{key}.{name}={part}: this must be a mapping")
    numbered = {_number(at): said for at, said in anchors.items()}
    for at, said in numbered.items():
        if said is not None and not isinstance(said, str):
            raise Refused(f"{key}.anchors.{at}={said}: this must be a text")
    return {
        **node,
        "scale": {**vars(scale), **own},
        "anchors": {at: said for at, said in numbered.items() if said is not None},
    }


def _number(key: Any) -> Any:
    return int(key) if str(key).isdecimal() else key


def _parts(kind: type[Part], found: Mapping[str, Any], key: str) -> dict[str, Part]:
    """Gates or criteria by id, each checked against its dataclass."""
    for id, node in found.items():
        if isinstance(node, Mapping) and not str(node.get("claim") or "").strip():
            others = [str(other) for other in found if other != id]
            raise Refused(f"{key}.{id}: this has no claim.{nearest(str(id), others)}")
    parts = {str(id): noun(kind, node, f"{key}.{id}") for id, node in found.items()}
    return {id: _with_command(part, f"{key}.{id}.command") for id, part in parts.items()}


def _with_command(part: Part, key: str) -> Part:
    """A command as its noun, also where it is written as one line."""
    if part.command is None:
        return part
    if not isinstance(part.command, str | Mapping):
        raise Refused(f"{key}: this must be a shell line, or a mapping with run, seconds, code, output")
    node = {"run": part.command} if isinstance(part.command, str) else part.command
    return replace(part, command=noun(Command, node, key))


def _weighed(criteria: dict[str, Criterion], rubric: Rubric) -> dict[str, Criterion]:
    """Weights as points, so that the top of the rubric's scale is what all of them earn together."""
    weights = {id: one.weight for id, one in criteria.items() if one.weight is not None}
    if not weights:
        return criteria
    for id, one in criteria.items():
        if one.weight is None:
            raise Refused(f"rubric.criteria.{id}: this has no weight, and others have; give all of them one")
        if one.points != 1:
            raise Refused(f"rubric.criteria.{id}: weight and points both say what it is worth; keep one")
        if not 0 < one.weight < math.inf:
            raise Refused(f"rubric.criteria.{id}.weight={one.weight:g}: this must be more than 0")
    whole = sum(weights.values())
    if abs(whole - 1) > CLOSE and not rubric.normalise:
        told = " + ".join(f"{id} {weight:g}" for id, weight in weights.items())
        raise Refused(
            f"rubric.criteria: the weights make {whole:.6g} ({told}), and must make 1;"
            " change another of them, or have them scaled with rubric.normalise=true"
        )
    shares = {id: weight / whole if rubric.normalise else weight for id, weight in weights.items()}
    return {id: replace(one, points=shares[id] * rubric.scale.high) for id, one in criteria.items()}


def _bound(name: str, bound: Any) -> float:
    if not isinstance(bound, int | float) or isinstance(bound, bool) or not math.isfinite(bound):
        raise Refused(f"rubric.bands.{name}={bound}: this must be a number, the least points of the band")
    return float(bound)


def _need(points: Any, rubric: Rubric) -> float:
    """The points to pass: a number, those of a band, or all."""
    if points is None:
        return rubric.points
    if isinstance(points, str) and points in rubric.bands:
        return float(rubric.bands[points])
    if isinstance(points, int | float) and not isinstance(points, bool):
        return float(points)
    bands = f", a band of the rubric ({', '.join(rubric.bands)})" if rubric.bands else ""
    raise Refused(f"threshold.points={points}: this must be a number{bands}, or null for all points")


def _met(criterion: Criterion, share: float) -> Criterion:
    """Counted as met where it reaches as much of its scale as a run must of all that can be had."""
    if criterion.passes is not None or criterion.scale.pass_fail:
        return criterion
    low, high = criterion.scale.low, criterion.scale.high
    return replace(criterion, passes=low + share * (high - low))
