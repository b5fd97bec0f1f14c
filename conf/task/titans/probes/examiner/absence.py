"""What can be said where no memory was found: only that there is none, where that is certain."""

from __future__ import annotations

from examiner.finding import Finding, failed
from examiner.graph import Graph
from examiner.measure import moved, noise
from examiner.memory import Values
from torch import Tensor

NEEDING = ("neural_memory", "surprise_gate", "learnable_decay", "outer_product")


def absence(graph: Graph, values: Values, region: int, sizes: tuple[int, int]) -> dict[str, Finding]:
    """`region` masks the values made by modules named a memory; `sizes` are those of batch and sequence."""
    if not region:
        reason = "no module named a memory takes part, and nothing is carried from token to token"
    elif _mixes(graph, values, region, sizes):
        return {}
    else:
        reason = "what the memory answers to a token depends on no other token: it remembers nothing"
    return {name: failed(reason, *_first(region)) for name in NEEDING}


def _first(region: int) -> tuple[int, ...]:
    return ((region & -region).bit_length() - 1,) if region else ()


def _mixes(graph: Graph, values: Values, region: int, sizes: tuple[int, int]) -> bool:
    """Whether changing one place of what goes into the region changes other places of what comes out."""
    inside = [ref for ref in range(len(graph.base)) if region >> ref & 1]
    entries = {parent for ref in inside for parent in graph.parents(ref) if not region >> parent & 1}
    entries = {ref for ref in entries if graph.follows(ref, graph.input_mask)}
    if any(_by_token(values[ref], sizes) is None for ref in entries):
        return True
    after = graph.run({ref: _changed(values[ref], sizes) for ref in entries}, region, values)
    exits = [ref for ref in inside if any(not region >> child & 1 for child in graph.children[ref])]
    return any(_elsewhere(after[ref], values[ref], sizes) for ref in exits)


def _by_token(value: Tensor, sizes: tuple[int, int]) -> Tensor | None:
    """The value with time first, also where rows and tokens are one dimension; None without time."""
    batch, length = sizes
    if length in value.shape:
        return value.movedim(list(value.shape).index(length), 0)
    if batch * length in value.shape:
        dim = list(value.shape).index(batch * length)
        return value.unflatten(dim, sizes).movedim(dim + 1, 0)
    return None


def _changed(value: Tensor, sizes: tuple[int, int]) -> Tensor:
    """With noise in the first place along time."""
    changed = value.clone()
    tokens = _by_token(changed, sizes)
    assert tokens is not None
    tokens[0] += noise(tokens[0], 3)
    return changed


def _elsewhere(one: Tensor, other: Tensor, sizes: tuple[int, int]) -> bool:
    ours, theirs = _by_token(one, sizes), _by_token(other, sizes)
    if ours is None or theirs is None:
        return moved(one, other)
    return moved(ours[1:], theirs[1:])
