"""Sigmoids in any spelling: a value g between 0 and 1 with a known z of which it is the sigmoid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from examiner.graph import Graph
from examiner.measure import same

OPEN = 50.0  # a sigmoid of this is 1 in double precision
SPELLING = {"reciprocal", "div", "exp", "mul", "rsub", "sub", "pow"}
REACH = 6  # calls between z and a sigmoid spelled by hand
GATES = {"exp", "tanh", "_softmax", "hardsigmoid", "softplus", "erf", "expm1", "log_sigmoid_forward", "atan2"}


@dataclass(frozen=True)
class Sigmoid:
    """`value` is the sigmoid of `sign` times `argument`."""

    value: int
    argument: int
    sign: float

    def forced(self, graph: Graph, to: float) -> dict[int, torch.Tensor]:
        """The edit by which the gate becomes 0, ½ or 1."""
        level = self.sign * OPEN * (2 * to - 1)
        return {self.argument: torch.full_like(graph.base[self.argument], level)}


def sigmoids(graph: Graph, among: int = -1) -> Iterator[Sigmoid]:
    for node in graph.nodes:
        ref = node.outs[0]
        if not among >> ref & 1:
            continue
        if node.op == "sigmoid":
            yield Sigmoid(ref, node.parents[0], 1.0)
        elif node.op in SPELLING:
            found = _spelled(graph, ref)
            if found is not None:
                yield found


def _spelled(graph: Graph, ref: int) -> Sigmoid | None:
    """A sigmoid made of exp and a division, recognised by its values."""
    value = graph.base[ref]
    if not value.is_floating_point() or not value.numel() or not bool(((value > 0) & (value < 1)).all()):
        return None
    logit, level = torch.logit(value), [ref]
    near: list[int] = []
    for _ in range(REACH):
        level = [parent for at in level for parent in graph.parents(at)]
        near += level
    if not any(graph.op(at) == "exp" for at in near):
        return None
    for at in dict.fromkeys(near):
        for sign in (1.0, -1.0):
            if graph.maker[at] and same(sign * graph.base[at], logit, 1e-6):
                return Sigmoid(ref, at, sign)
    return None
