"""What can be said where no memory was found: only that there is none, where that is certain."""

from __future__ import annotations

from torch import Tensor

from examiner.finding import Finding, failed
from examiner.graph import Graph
from examiner.measure import moved, noise
from examiner.memory import Values

NEEDING = ("neural_memory", "surprise_gate", "learnable_decay", "outer_product")


def absence(graph: Graph, values: Values, region: int, length: int) -> dict[str, Finding]:
    """`region` masks the values made by modules named a memory."""
    if not region:
        reason = "no module named a memory takes part in the forward pass, and nothing is carried from token to token"
    elif _mixes(graph, values, region, length):
        return {}
    else:
        reason = "what the memory answers to a token depends on no other token: it remembers nothing"
    return {name: failed(reason, *_first(region)) for name in NEEDING}


def _first(region: int) -> tuple[int, ...]:
    return ((region & -region).bit_length() - 1,) if region else ()


def _mixes(graph: Graph, values: Values, region: int, length: int) -> bool:
    """Whether changing one place of what goes into the region changes other places of what comes out."""
    inside = [ref for ref in range(len(graph.base)) if region >> ref & 1]
    entries = {parent for ref in inside for parent in graph.parents(ref) if not region >> parent & 1}
    entries = {ref for ref in entries if graph.follows(ref, graph.input_mask)}
    if any(length not in values[ref].shape for ref in entries):
        return True
    edits = {ref: _changed(values[ref], length) for ref in entries}
    after = graph.run(edits, region, values)
    exits = [ref for ref in inside if any(not region >> child & 1 for child in graph.children[ref])]
    return any(_elsewhere(after[ref], values[ref], length) for ref in exits)


def _changed(value: Tensor, length: int) -> Tensor:
    """With noise in the first place along time."""
    changed = value.clone()
    place = changed.select(list(value.shape).index(length), 0)
    place += noise(place, 3)
    return changed


def _elsewhere(one: Tensor, other: Tensor, length: int) -> bool:
    if length not in one.shape:
        return moved(one, other)
    dim = list(one.shape).index(length)
    return moved(one.narrow(dim, 1, length - 1), other.narrow(dim, 1, length - 1))
