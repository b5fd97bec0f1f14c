"""memory_gating: a learned sigmoid blends attention and memory, one weighed g and the other 1 - g.

Every sigmoid is forced to 0, ½ and 1. In a blend there are two values, one from attention and one from
memory, of which the result follows only the first at one end and only the second at the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Graph
from examiner.measure import finite, moved, noise, same, scale, typical
from examiner.memory import Memory, Values
from examiner.sigmoid import GATES, Sigmoid, sigmoids

ATTENTION = ("_softmax", "_scaled_dot_product")
VIEWS = {"view", "_unsafe_view", "unsqueeze", "squeeze", "expand", "select", "slice", "transpose", "permute", "stack"}
OPERANDS = 3  # calls from a gated sum back to what it blends


@dataclass(frozen=True)
class Blend:
    """What memories answer and what attention answers, in one graph."""

    graph: Graph
    memories: Sequence[Memory]
    draws: tuple[Values, ...]
    remembered: int  # mask of what memories hold

    @cached_property
    def attended(self) -> int:
        """Mask of the values that attend over tokens."""
        return sum(1 << node.outs[0] for node in self.graph.nodes if node.op.startswith(ATTENTION))


def memory_gating(blend: Blend) -> Finding:
    graph = blend.graph
    relevant = graph.ancestors[graph.result] | 1 << graph.result
    gates = list(sigmoids(graph, relevant))
    doubtful = None
    for gate in gates:
        found = _tried(blend, gate)
        if found is not None and found.verdict == "pass":
            return found
        doubtful = doubtful or found
    if doubtful is not None:
        return doubtful
    other = _unusual(blend, {gate.value for gate in gates})
    if other is not None:
        return unclear("the memory's answer passes a gate that is no plain sigmoid", other)
    return _none(blend, gates)


def _none(blend: Blend, gates: list[Sigmoid]) -> Finding:
    after = [gate.value for gate in gates if blend.graph.follows(gate.value, blend.remembered)]
    if gates:
        reason = "each sigmoid was forced to 0, ½ and 1, and none weighs attention against memory as g and 1 - g"
        return failed(reason, *after[:2])
    return failed("no sigmoid in the forward pass blends anything")


def _tried(blend: Blend, gate: Sigmoid) -> Finding | None:
    """What comes of forcing one sigmoid; None where it blends nothing."""
    graph, values = blend.graph, blend.draws[0]
    if any(graph.follows(memory.after, 1 << gate.value) for memory in blend.memories):
        if not _answers(blend, gate):
            return None
    ends = [graph.run(gate.forced(graph, to), base=values) for to in (0.0, 0.5, 1.0)]
    for ref in _sums(graph, gate, ends):
        pair = _pair(blend, gate, ref, ends)
        if pair is not None:
            return _named(blend, gate, ref, *pair)
    return None


def _answers(blend: Blend, gate: Sigmoid) -> bool:
    """Whether a gate that moves a memory hears another: it stands behind the first memory's answer."""
    return blend.graph.follows(gate.value, blend.remembered)


def _sums(graph: Graph, gate: Sigmoid, ends: list[list[Tensor]]) -> Iterator[int]:
    """Values that run straight from one end to the other as the gate opens."""
    count = 0
    for ref in range(gate.value + 1, len(graph.base)):
        if not graph.follows(ref, 1 << gate.value) or graph.op(ref) not in {"add", "sub", "lerp", "addcmul", "where",
                                                                          "sum", "bmm", "rsub", "addmm", "mm"}:
            continue
        shut, half, wide = (end[ref] for end in ends)
        if not all(map(finite, (shut, half, wide))) or scale(shut - wide) <= 1e-9 * scale(shut, wide):
            continue
        if same(half, (shut + wide) / 2, 1e-8):
            yield ref
        count += 1
        if count > 12:  # noqa: PLR2004
            return


def _pair(blend: Blend, gate: Sigmoid, ref: int, ends: list[list[Tensor]]) -> tuple[int, int] | None:
    """Two operands, of which the sum follows one where the gate is open and the other where it is shut."""
    graph = blend.graph
    operands = _operands(graph, gate, ref)
    open_only = [at for at in operands if _follows(blend, gate, ref, at) == (False, True)]
    shut_only = [at for at in operands if _follows(blend, gate, ref, at) == (True, False)]
    return (open_only[-1], shut_only[-1]) if open_only and shut_only else None


def _operands(graph: Graph, gate: Sigmoid, ref: int) -> list[int]:
    """Values near the sum, of its size, that do not depend on the gate."""
    level, found = [ref], []
    for _ in range(OPERANDS + 3):
        level = list(dict.fromkeys(parent for at in level for parent in graph.parents(at)))
        found += [at for at in level if at not in found and not graph.follows(at, 1 << gate.argument)]
        level = [at for at in level if graph.follows(at, 1 << gate.argument) or graph.op(at) in VIEWS | {"sub", "neg"}]
    size = graph.base[ref].numel()
    return [at for at in sorted(found) if graph.base[at].numel() == size and graph.base[at].is_floating_point()]


def _follows(blend: Blend, gate: Sigmoid, ref: int, operand: int) -> tuple[bool, bool]:
    """Whether the sum takes over a change of the operand with the gate shut, and with it open.

    All else that the operand reaches is held, but for what lies between the gate and the sum.
    """
    graph, values = blend.graph, blend.draws[0]
    change = noise(values[operand], 11, typical(values[operand]))
    held = {at: values[at] for at in _operands(graph, gate, ref) if not _view_of(graph, at, operand)}
    took = []
    for to in (0.0, 1.0):
        forced = gate.forced(graph, to) | held
        wanted = graph.ancestors[ref] | 1 << ref
        plain = graph.run(forced, wanted, values)[ref]
        shaken = graph.run(forced | {operand: values[operand] + change}, wanted, values)[ref]
        took.append(scale(shaken - plain) > 1e-6 * scale(change))  # noqa: PLR2004
    return took[0], took[1]


def _view_of(graph: Graph, ref: int, operand: int) -> bool:
    while graph.op(ref) in VIEWS | {"neg", "sub"}:
        if operand in graph.parents(ref):
            return True
        ref = graph.parents(ref)[0]
    return ref == operand


def _named(blend: Blend, gate: Sigmoid, ref: int, one: int, other: int) -> Finding | None:
    """Tells the blend of attention and memory from other blends."""
    graph = blend.graph
    for first, second in ((one, other), (other, one)):
        memory = graph.follows(first, blend.remembered)
        attention = graph.follows(second, blend.attended)
        if memory and attention and not _is_state(blend, ref):
            if not graph.follows(gate.value, graph.trained_mask):
                return unclear("the gate that blends attention and memory is not learned", gate.value, ref)
            return passed("the gate forced to 0 and 1 leaves memory alone and attention alone", gate.value, ref)
    return None


def _is_state(blend: Blend, ref: int) -> bool:
    """Whether a value is a memory's own state on its way through a step."""
    return any(
        memory.inside >> ref & 1 and memory.graph.follows(ref, 1 << memory.own) for memory in blend.memories
    )


def _unusual(blend: Blend, known: set[int]) -> int | None:
    """A squeezed value after the memory's answer and before the logits, in no known spelling."""
    graph = blend.graph
    relevant = graph.ancestors[graph.result]
    for node in graph.nodes:
        ref = node.outs[0]
        if ref in known or node.op not in GATES or not (relevant & ~blend.remembered) >> ref & 1:
            continue
        if node.op == "_softmax" and graph.base[ref].shape[-1] != 2:  # noqa: PLR2004
            continue
        if graph.follows(ref, blend.remembered) and not any(graph.follows(m.after, 1 << ref) for m in blend.memories):
            return ref
    return None
