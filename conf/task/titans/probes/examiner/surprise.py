"""surprise_gate: the write is scaled by a sigmoid of a learned function of the prediction error."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Graph, Node, Ref
from examiner.measure import finite, moved, same, scale, vanishes
from examiner.memory import Memory
from examiner.outer import write
from examiner.sigmoid import GATES, OPEN, Sigmoid, sigmoids


def surprise_gate(memory: Memory) -> Finding:
    gates = [gate for gate in sigmoids(memory.graph, memory.inside) if _scales(memory, gate)]
    found = [_judged(memory, gate) for gate in gates]
    for wanted in ("pass", "unclear"):
        for finding in found:
            if finding.verdict == wanted:
                return finding
    other = next(_unusual(memory), None)
    if other is not None:
        return unclear("something that is no plain sigmoid of the memory's answer scales the write", other)
    if found:
        return found[0]
    return failed("no sigmoid of anything that the memory answers scales what is written", memory.after)


def _scales(memory: Memory, gate: Sigmoid) -> bool:
    """Whether the gate, shut or open, stops all writing into an empty memory, and else lets it be."""
    values = memory.draws[0]
    shut, half, wide = (write(memory, values, gate.forced(memory.graph, to)) for to in (0.0, 0.5, 1.0))
    if not all(map(finite, (shut, half, wide))):
        return False
    return (vanishes(shut, wide) or vanishes(wide, shut)) and bool(scale(half))


def _judged(memory: Memory, gate: Sigmoid) -> Finding:
    graph = memory.graph
    heard = [ref for ref in errors(memory) if _hears(memory, gate, ref)]
    if not heard:
        return _deaf(memory, gate)
    for ref in heard:
        learned = _learned(memory, ref, gate)
        if learned is not None:
            if not any(leaf.reached and graph.follows(learned, 1 << at) for at, leaf in graph.leaves.items()):
                return unclear(
                    "no gradient reaches what is learned between the prediction error and the gate", learned
                )
            reason = (
                "noise on the prediction error moves a learned sigmoid, and the sigmoid shut stops the write"
            )
            return passed(reason, ref, gate.value)
    if any(_mixed(memory, ref, gate) for ref in heard):
        return unclear("the gate mixes the prediction error with other learned values", gate.value)
    return failed("nothing learned lies between the prediction error and the gate", heard[0], gate.value)


def _deaf(memory: Memory, gate: Sigmoid) -> Finding:
    """Of a gate that hears no prediction error of its memory."""
    if memory.graph.follows(gate.argument, memory.kin):
        reason = "the gate on the write follows the memory, but no prediction error was found"
        return unclear(reason, gate.value)
    return failed("the gate on the write depends on nothing that its memory answers", gate.value)


def errors(memory: Memory) -> list[int]:
    """Differences of what came and what the memory answered, in the order of the step."""
    return [ref for ref in memory.within() if _is_error(memory, ref)]


def _is_error(memory: Memory, ref: int) -> bool:
    graph = memory.graph
    node, value = graph.maker[ref], graph.base[ref]
    if node is None or not value.is_floating_point():
        return False
    if memory.is_matrix() and value.numel() == graph.base[memory.after].numel():
        return False
    plus, minus = signs(graph, node)
    for ours, theirs in ((plus, minus), (minus, plus)):
        answers = [at for at in ours if graph.follows(at, memory.states)]
        targets = [at for at in theirs if not graph.follows(at, memory.states)]
        if answers and any(memory.loop.places[at] for at in targets):
            return True
    return False


def signs(graph: Graph, node: Node) -> tuple[list[int], list[int]]:  # noqa: PLR0911 - one return a spelling
    """What a call adds and what it takes away."""
    refs = [arg.value for arg in node.args if isinstance(arg, Ref)]
    extra = dict(node.kwargs)
    if len(refs) < 2:
        return [], []
    if node.op in ("sub", "rsub") and extra.get("alpha", 1) > 0:
        return refs[:1], refs[1:]
    if node.op == "add" and extra.get("alpha", 1) == -1:
        return refs[:1], refs[1:]
    if node.op == "add":
        negated = [ref for ref in refs if _negated(graph, ref)]
        return [ref for ref in refs if ref not in negated], negated
    if (
        node.op in ("addmm", "baddbmm", "addmv", "addbmm", "addr")
        and extra.get("alpha", 1) * extra.get("beta", 1) < 0
    ):
        return refs[:1], refs[1:]
    if node.op in ("addmm", "baddbmm", "addmv", "addbmm", "addcmul"):
        negated = [ref for ref in refs[1:] if _negated(graph, ref)]
        return refs[:1], (refs[1:] if extra.get("value", 1) < 0 or negated else [])
    return [], []


def _negated(graph: Graph, ref: int) -> bool:
    """Whether a value is minus something, seen through changes of shape."""
    for _ in range(6):
        node = graph.maker[ref]
        if node is None or not node.parents:
            return False
        if node.op == "neg" or (node.op in ("mul", "div") and any(arg == -1 for arg in node.args)):
            return True
        if graph.base[ref].numel() != graph.base[node.parents[0]].numel() or len(node.parents) > 1:
            return False
        ref = node.parents[0]
    return False


def _hears(memory: Memory, gate: Sigmoid, error: int) -> bool:
    """Whether noise on the error moves the gate, and not by way of what another memory is made to hold."""
    graph = memory.graph
    if not graph.follows(gate.argument, 1 << error):
        return False
    for values in memory.draws:
        held = {after: values[after] for _, after in memory.pairs if after > error}
        edits = held | {error: memory.shaken(error, values)}
        if moved(memory.outcome(values, edits=edits)[gate.value], values[gate.value], 1e-8):
            return True
    return False


def _between(memory: Memory, error: int, gate: Sigmoid) -> Iterator[int]:
    """The values computed from the error on the way to the gate."""
    for ref in range(error + 1, gate.value + 1):
        if memory.graph.follows(ref, 1 << error) and memory.graph.follows(gate.value, 1 << ref):
            yield ref


def _learned(memory: Memory, error: int, gate: Sigmoid) -> int | None:
    """A value of learnable parameters alone that joins the error on its way to the gate and moves it."""
    graph = memory.graph
    way = list(_between(memory, error, gate))
    for ref in dict.fromkeys(parent for at in way for parent in graph.parents(at)):
        alone = not graph.follows(ref, graph.input_mask) and not graph.follows(ref, 1 << error)
        if not alone or not graph.follows(ref, graph.trained_mask):
            continue
        for values in memory.draws:
            edits = {ref: memory.shaken(ref, values)}
            if moved(memory.outcome(values, edits=edits)[gate.value], values[gate.value], 1e-8):
                return ref
    return None


def _mixed(memory: Memory, error: int, gate: Sigmoid) -> bool:
    """Whether something else that parameters touch joins the error on its way to the gate."""
    graph = memory.graph
    way = list(_between(memory, error, gate))
    joining = {parent for at in way for parent in graph.parents(at)} - set(way) - {error}
    return any(graph.follows(ref, graph.trained_mask) for ref in joining)


def _unusual(memory: Memory) -> Iterator[int]:
    """Values that squeeze what the memory answers, in no known spelling, and scale the write."""
    graph = memory.graph
    known = {at for gate in sigmoids(graph, memory.inside) for at in (gate.value, gate.argument)}
    for ref in memory.within():
        heard = graph.op(ref) in GATES | {"sigmoid"} and graph.follows(ref, memory.states)
        if heard and ref not in known and _may_be_sigmoid(memory, ref):
            yield ref


def _may_be_sigmoid(memory: Memory, ref: int) -> bool:
    """False where the write does not rise from nothing to a bound, half way in the middle."""
    values, argument = memory.draws[0], memory.graph.parents(ref)[0]
    forced = (torch.full_like(values[argument], level) for level in (-OPEN, 0.0, OPEN, 2 * OPEN))
    low, middle, high, higher = (write(memory, values, {argument: level}) for level in forced)
    if not all(map(finite, (low, middle, high, higher))) or not scale(low, middle, high):
        return True
    if same(low, middle) and same(middle, high):
        return _bears(memory, ref)
    return same(high, higher, 1e-6) and same(middle, (low + high) / 2, 1e-6) and vanishes(low, high)


def _bears(memory: Memory, ref: int) -> bool:
    """Whether a value bears on the write at all."""
    values = memory.draws[0]
    return moved(write(memory, values, {ref: memory.shaken(ref, values)}), write(memory, values))
