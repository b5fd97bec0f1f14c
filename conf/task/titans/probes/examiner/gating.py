"""memory_gating: a learned sigmoid blends attention and memory, one weighed g and the other 1 - g.

Every sigmoid is forced to 0, ½ and 1. In a blend there are two values, one from attention and one from
memory, of which the result follows only the first at one end and only the second at the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from examiner.attention import attentions
from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Graph
from examiner.measure import finite, noise, same, scale, typical
from examiner.memory import Memory, Values
from examiner.sigmoid import GATES, Sigmoid, sigmoids
from torch import Tensor

LINEAR = {"add", "sub", "neg"}
LINEAR |= {"view", "_unsafe_view", "unsqueeze", "squeeze", "expand", "select", "slice", "transpose"}
LINEAR |= {"permute", "stack"}
SUMS = {"add", "sub", "lerp", "addcmul", "where", "sum", "bmm", "baddbmm", "rsub", "addmm", "mm"}
OPERANDS = 3  # calls from a gated sum back to what it blends


@dataclass(frozen=True)
class Blend:
    """What memories answer and what attention answers, in one graph."""

    graph: Graph
    memories: Sequence[Memory]
    draws: tuple[Values, ...]
    remembered: int  # mask of what memories hold
    region: int  # mask of what modules named a memory make

    @cached_property
    def attended(self) -> int:
        """Mask of the values that attend over tokens."""
        return sum({1 << node.outs[0] for node in attentions(self.graph)})


def memory_gating(blend: Blend) -> Finding:
    graph = blend.graph
    relevant = graph.ancestors[graph.result] | 1 << graph.result
    gates = list(sigmoids(graph, relevant))
    for gate in gates:
        found = _tried(blend, gate)
        if found is not None:
            return found
    other = _unusual(blend, {gate.value for gate in gates})
    if other is not None:
        return unclear("the memory's answer passes a gate that is no plain sigmoid", other)
    return _none(blend, gates)


def _none(blend: Blend, gates: list[Sigmoid]) -> Finding:
    after = [gate.value for gate in gates if blend.graph.follows(gate.value, blend.remembered)]
    if gates:
        reason = (
            "each sigmoid was forced to 0, ½ and 1, and none weighs attention against memory as g and 1 - g"
        )
        return failed(reason, *after[:2])
    return failed("no sigmoid in the forward pass blends anything")


def _tried(blend: Blend, gate: Sigmoid) -> Finding | None:
    """What comes of forcing one sigmoid; None where it blends nothing."""
    graph, values = blend.graph, blend.draws[0]
    if any(_elsewhere(memory, gate.value) for memory in blend.memories):
        return None
    ends = [graph.run(gate.forced(graph, to), base=values) for to in (0.0, 0.5, 1.0)]
    for ref in _sums(blend, gate, ends):
        sides = _sides(blend, gate, ref)
        if all(sides) and not _is_state(blend, ref):
            found = _named(blend, gate, ref, *sides)
            if found is not None:
                return found
    return None


def _elsewhere(memory: Memory, ref: int) -> bool:
    """Whether a value belongs to a step of a loop that is not looked at."""
    return memory.loop.last(ref) not in (-1, memory.loop.step, memory.loop.length - 1)


def _sums(blend: Blend, gate: Sigmoid, ends: list[list[Tensor]]) -> Iterator[int]:
    """The first values that run straight from one end to the other as the gate opens."""
    graph, count = blend.graph, 0
    for ref in range(gate.value + 1, len(graph.base)):
        if not graph.follows(ref, 1 << gate.value) or graph.op(ref) not in SUMS:
            continue
        if any(_elsewhere(memory, ref) for memory in blend.memories):
            continue
        shut, half, wide = (end[ref] for end in ends)
        if not all(map(finite, (shut, half, wide))) or scale(shut - wide) <= 1e-9 * scale(shut, wide):
            continue
        if same(half, (shut + wide) / 2, 1e-8):
            yield ref
        count += 1
        if count > 12:
            return


def _sides(blend: Blend, gate: Sigmoid, ref: int) -> tuple[list[int], list[int]]:
    """The operands that the sum follows only where the gate is open, and those only where it is shut."""
    followed = {at: _follows(blend, gate, ref, at) for at in _operands(blend.graph, gate, ref)}
    wide = [at for at, (shut, open_) in followed.items() if open_ and not shut]
    shut = [at for at, (shut, open_) in followed.items() if shut and not open_]
    return wide, shut


def _operands(graph: Graph, gate: Sigmoid, ref: int) -> list[int]:
    """Values near the sum, of its size, that do not depend on the gate."""
    level, found = [ref], []
    for _ in range(OPERANDS + 3):
        level = list(dict.fromkeys(parent for at in level for parent in graph.parents(at)))
        found += [at for at in level if at not in found and not graph.follows(at, 1 << gate.argument)]
        level = [at for at in level if graph.follows(at, 1 << gate.argument) or graph.op(at) in LINEAR]
    size = graph.base[ref].numel()
    return [
        at for at in sorted(found) if graph.base[at].numel() == size and graph.base[at].is_floating_point()
    ]


def _follows(blend: Blend, gate: Sigmoid, ref: int, operand: int) -> tuple[bool, bool]:
    """Whether the sum takes over a change of the operand with the gate shut, and with it open.

    All else that the operand reaches is held, but for what lies between the gate and the sum.
    """
    graph, values = blend.graph, blend.draws[0]
    change = noise(values[operand], 11, typical(values[operand]))
    held = {at: values[at] for at in _operands(graph, gate, ref) if not _made_of(graph, at, operand)}
    took = []
    for to in (0.0, 1.0):
        forced = gate.forced(graph, to) | held
        wanted = graph.ancestors[ref] | 1 << ref
        plain = graph.run(forced, wanted, values)[ref]
        shaken = graph.run(forced | {operand: values[operand] + change}, wanted, values)[ref]
        took.append(scale(shaken - plain) > 1e-6 * scale(change))
    return took[0], took[1]


def _made_of(graph: Graph, ref: int, operand: int) -> bool:
    """Whether a value is the operand, or a sum or view of it."""
    level = [ref]
    for _ in range(OPERANDS):
        if operand in level:
            return True
        level = [parent for at in level if graph.op(at) in LINEAR for parent in graph.parents(at)]
    return operand in level


def _named(blend: Blend, gate: Sigmoid, ref: int, *sides: list[int]) -> Finding | None:
    """Tells the blend of attention and memory from other blends."""
    graph = blend.graph
    memory = [any(graph.follows(at, blend.remembered) for at in side) for side in sides]
    attention = [any(graph.follows(at, blend.attended) for at in side) for side in sides]
    if not any(memory):
        return _forgetful(blend, gate, attention, sides)
    if not (memory[0] and attention[1]) and not (memory[1] and attention[0]):
        return _unattended(blend, gate, ref)
    others = [at for side in sides for at in side if not graph.follows(at, blend.attended | blend.remembered)]
    if any(graph.follows(at, graph.input_mask) for at in others):
        return unclear("the gate weighs more than attention and memory", gate.value, ref)
    if not graph.follows(gate.value, graph.trained_mask):
        return unclear("the gate that blends attention and memory is not learned", gate.value, ref)
    return passed("the gate forced to 0 and 1 leaves memory alone and attention alone", gate.value, ref)


def _forgetful(
    blend: Blend, gate: Sigmoid, attention: list[bool], sides: Sequence[list[int]]
) -> Finding | None:
    """A blend of attention with what a memory's module answers, though not from what it holds."""
    answers = [any(blend.graph.follows(at, blend.region) for at in side) for side in sides]
    if (answers[0] and attention[1]) or (answers[1] and attention[0]):
        return unclear(
            "the gate weighs attention against a memory's answer that no memory bears on", gate.value
        )
    return None


def _unattended(blend: Blend, gate: Sigmoid, ref: int) -> Finding:
    if not blend.attended:
        return unclear("a gate blends the memory's answer, but no attention was found", gate.value, ref)
    return failed(
        "the gate blends the memory's answer with something that attends to nothing", gate.value, ref
    )


def _is_state(blend: Blend, ref: int) -> bool:
    """Whether a value may be a memory's own state, or lies in a step of the loop that is not looked at."""
    return any(_belongs(memory, ref) for memory in blend.memories)


def _belongs(memory: Memory, ref: int) -> bool:
    graph = memory.graph
    alike = graph.base[ref].shape == graph.base[memory.after].shape
    if _elsewhere(memory, ref) or (alike and memory.is_matrix()):
        return True
    if alike and memory.loop.last(ref) == memory.loop.length - 1:
        return True
    return bool(memory.inside >> ref & 1) and graph.follows(ref, 1 << memory.own)


def _unusual(blend: Blend, known: set[int]) -> int | None:
    """A squeezed value after the memory's answer and before the logits, in no known spelling."""
    graph = blend.graph
    relevant = graph.ancestors[graph.result]
    for node in graph.nodes:
        ref = node.outs[0]
        if ref in known or node.op not in GATES or not (relevant & ~blend.remembered) >> ref & 1:
            continue
        if node.op == "_softmax" and graph.base[ref].shape[-1] != 2:
            continue
        if graph.follows(ref, blend.remembered) and not any(
            graph.follows(m.after, 1 << ref) for m in blend.memories
        ):
            return ref
    return None
