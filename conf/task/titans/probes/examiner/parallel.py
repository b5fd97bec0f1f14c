"""Memories without a loop whose writes, one matrix a token, are summed up along the sequence at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Graph
from examiner.measure import directions, ranks
from examiner.memory import Values
from examiner.sigmoid import GATES, sigmoids
from examiner.surprise import signs
from torch import Tensor

SMALL = 64  # numbers of a parameter that may be a decay


@dataclass(frozen=True)
class Sum:
    """`written` holds a matrix for each token, `total` their running sums."""

    graph: Graph
    written: int
    total: int
    length: int
    values: Values


def sums(graph: Graph, length: int, batch: int, values: Values) -> Iterator[Sum]:
    for node in graph.nodes:
        if node.op == "cumsum" and node.parents:
            ref = node.parents[0]
            if _matrix_a_token(graph.base[ref], length, batch):
                yield Sum(graph, ref, node.outs[0], length, values)


def _matrix_a_token(value: Tensor, length: int, batch: int) -> bool:
    rest = [size for size in value.shape if size != 1]
    return value.is_floating_point() and batch in rest and length in rest[:-2] and min(rest[-2:]) >= 4


def outer_product(one: Sum) -> Finding:
    stack = one.values[one.written].flatten(0, -3)
    if max(ranks(stack)) > 1:
        return unclear("what a token writes is of higher rank", one.written)
    left, right = (side[:, :, 0] for side in directions(stack))
    varied = all(bool(((side[0] * side[1:]).sum(-1).abs() < 1 - 1e-6).any()) for side in (left, right))
    if not varied:
        return failed("a factor of what is written is the same for all tokens", one.written)
    return passed("each token adds one outer product to a running sum", one.written)


def surprise_gate(one: Sum) -> Finding:
    """Without a state there is no prediction; only a difference of two tokens' values could be an error."""
    graph = one.graph
    gates = list(sigmoids(graph, graph.ancestors[one.written]))
    for gate in gates:
        if any(_difference(graph, ref) for ref in range(gate.value) if graph.follows(gate.value, 1 << ref)):
            return unclear("a difference bears on a gate, but no state was found that predicts", gate.value)
    if any(
        graph.op(ref) in GATES - {"_softmax"}
        for ref in range(one.written)
        if graph.follows(one.written, 1 << ref)
    ):
        return unclear("a gate may be spelled in another way", one.written)
    return failed(
        "all is written at once: nothing predicts what is written, and no gate hears an error", one.written
    )


def _difference(graph: Graph, ref: int) -> bool:
    node = graph.maker[ref]
    plus, minus = signs(graph, node) if node else ([], [])
    return all(any(graph.follows(at, graph.input_mask) for at in side) for side in (plus, minus))


def learnable_decay(one: Sum) -> Finding:
    """A plain running sum keeps all; a small parameter that is no bias may yet be a decay."""
    graph = one.graph
    for ref, name in graph.trained.items():
        uses = {graph.op(child) for child in graph.children[ref]}
        if graph.base[ref].numel() <= SMALL and uses - {"addmm", "t", "native_layer_norm"}:
            return unclear(f"{name} may be a decay", ref)
    return failed("a plain running sum keeps all that was written as it is", one.total)


def heard(one: Sum) -> bool:
    """Whether the running sum bears on the logits."""
    changed = one.graph.run({one.total: one.values[one.total] + 1.0}, base=one.values)
    return not torch.equal(changed[one.graph.result], one.values[one.graph.result])
