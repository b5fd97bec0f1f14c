"""learnable_decay: a parameter decides how much of the old memory a step keeps.

An old memory is laid into the step that the step's own key and value do not touch, so that neither the
prediction nor the write sees it. What comes out of it is then what the step keeps.
"""

from __future__ import annotations

from collections.abc import Iterator

from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Edits
from examiner.measure import directions, finite, moved, noise, same, scale, typical, without
from examiner.memory import Memory, Values
from examiner.outer import write
from examiner.sigmoid import sigmoids
from torch import Tensor

SLIGHT = 1e-3  # how much smaller the laid-in memory is than a usual one, so that no limit on its size is met
AFFINE = {"addmm", "mm", "bmm", "baddbmm", "mv", "addmv", "mul", "add", "sub", "div", "dot", "addcmul", "sum"}
SIMPLE = {"view", "_unsafe_view", "reshape", "unsqueeze", "squeeze", "expand", "select", "slice", "split"}
SIMPLE |= {"unbind"}
SIMPLE |= {"transpose", "permute", "t", "sigmoid", "exp", "neg", "softplus", "clamp", "rsub", "tanh"}
SIMPLE |= {"reciprocal"}
SIMPLE |= {"log_sigmoid_forward", "split_with_sizes", "detach", "_softmax", "clamp_min", "clamp_max"}
SIMPLE |= {"sqrt", "log"}


def learnable_decay(memory: Memory) -> Finding:
    kept = [Keeping(memory, values) for values in memory.draws]
    if not all(one.sound() for one in kept):
        return unclear("what a step keeps cannot be told from what it writes", memory.after)
    if all(one.nothing() for one in kept):
        if memory.graph.follows(memory.after, 1 << memory.own):
            return unclear("a step keeps nothing of what was taken for the old memory", memory.after)
        return failed("a step keeps nothing of the old memory", memory.after)
    factor = _constant(kept)
    if factor is not None:
        return failed(
            f"whatever the parameters and the token, a step keeps {factor:.4g} of the old memory",
            memory.after,
        )
    return (
        _parameter(memory, kept)
        or _derived(memory, kept)
        or unclear("what a step keeps changes, but not by a parameter alone", memory.after)
    )


class Keeping:
    """What a step keeps of an old memory that its token does not touch, under one draw of parameters."""

    def __init__(self, memory: Memory, values: Values) -> None:
        self.memory, self.values = memory, values
        self.written = write(memory, values)
        self.sides: tuple[Tensor, Tensor] | None = None
        if memory.is_matrix() and finite(self.written) and scale(self.written):
            self.sides = directions(memory.split(self.written), memory.most)
        old = values[memory.own]
        self.old = self.untouched(noise(old, 7, SLIGHT * typical(old)))
        empty = memory.empty(values)
        self.answers = [self.heard(memory.outcome(values, state)) for state in (self.old, empty)]
        self.kept = self.keep({})

    def untouched(self, state: Tensor) -> Tensor:
        """The state without what lies along the factors of the write."""
        if self.sides is None:
            return state
        parts = without(self.memory.split(state), *self.sides)
        return _unsplit(parts, state, self.memory)

    def heard(self, values: Values) -> dict[int, Tensor]:
        """All that the memory answers in a step: what depends on it and is smaller than it."""
        memory = self.memory
        size = values[memory.after].numel()
        return {
            ref: values[ref]
            for ref in memory.within()
            if memory.graph.follows(ref, memory.states) and values[ref].numel() < size
        }

    def keep(self, edits: Edits) -> Tensor:
        """What is left of the old memory, its answers held, so that they bear on nothing."""
        states = self.old, self.memory.empty(self.values)
        full, empty = (
            self.memory.step(self.values, state, held | dict(edits))
            for state, held in zip(states, self.answers, strict=True)
        )
        return self.untouched(full - empty)

    def sound(self) -> bool:
        return finite(self.kept) and finite(self.written)

    def nothing(self) -> bool:
        return scale(self.kept) <= 1e-9 * scale(self.old)

    def factor(self) -> float | None:
        """By what the old memory is multiplied, where that is one number."""
        number = float((self.kept * self.old).sum() / self.old.square().sum())
        return number if same(self.kept, number * self.old, 1e-7) else None

    def spares_write(self, edits: Edits) -> bool:
        """Whether what is written stays the same."""
        return same(write(self.memory, self.values, edits), self.written)

    def follows(self, edits: Edits) -> bool:
        """Whether what is kept becomes another."""
        after = self.keep(edits)
        return finite(after) and moved(after, self.kept, 1e-8)


def _unsplit(parts: Tensor, like: Tensor, memory: Memory) -> Tensor:
    sizes = [size for size in like.shape if size != 1]
    if memory.batch in sizes:
        at = sizes.index(memory.batch)
        front = [sizes[at], *sizes[:at], *sizes[at + 1 :]]
        return parts.reshape(front).movedim(0, at).reshape(like.shape)
    return parts.reshape(like.shape)


def _constant(kept: list[Keeping]) -> float | None:
    """The factor, where it is one number whatever the parameters."""
    factors = [one.factor() for one in kept]
    first = factors[0]
    if first is None or any(other is None or abs(other - first) > 1e-7 * abs(first) for other in factors):
        return None
    return first


def _parameter(memory: Memory, kept: list[Keeping]) -> Finding | None:
    """A learnable parameter that changes what is kept and nothing that is written."""
    graph = memory.graph
    state = graph.base[memory.after]
    row = state.numel() // (memory.batch if memory.batch in state.shape else 1)
    for ref, name in graph.trained.items():
        if not memory.inside >> ref & 1 or graph.base[ref].numel() > row:  # it mixes, rather than scales
            continue
        for one in kept:
            edits = {ref: memory.shaken(ref, one.values)}
            if one.follows(edits) and one.spares_write(edits):
                return _learnt(
                    memory, ref, f"the parameter {name} decides what a step keeps of the old memory"
                )
    return None


def _derived(memory: Memory, kept: list[Keeping]) -> Finding | None:
    """A value computed by a parameter's own layer that changes what is kept and nothing that is written."""
    writers = _writers(memory, kept[0])
    for ref in _candidates(memory):
        for one in kept:
            edits = {ref: memory.shaken(ref, one.values)}
            if one.follows(edits) and one.spares_write(edits):
                if memory.graph.follows(ref, writers):
                    return unclear("what a step keeps is the rest of what it writes", ref)
                return _learnt(memory, ref, "a value from a learned layer decides what a step keeps")
    return None


def _learnt(memory: Memory, ref: int, reason: str) -> Finding:
    """Pass, if a gradient reaches a parameter that the value is made of."""
    graph = memory.graph
    if not any(leaf.reached and graph.follows(ref, 1 << at) for at, leaf in graph.leaves.items()):
        return unclear(f"{reason}, but no gradient reaches it", ref)
    return passed(reason, ref if graph.maker[ref] else _first_use(memory, ref))


def _first_use(memory: Memory, ref: int) -> int:
    uses = [child for child in memory.graph.children[ref] if memory.inside >> child & 1]
    return min(uses, default=memory.after)


def _writers(memory: Memory, one: Keeping) -> int:
    """Mask of the sigmoids that scale what is written."""
    mask = 0
    for gate in sigmoids(memory.graph, memory.inside):
        if not one.spares_write({gate.value: memory.shaken(gate.value, one.values)}):
            mask |= 1 << gate.value
    return mask


def _candidates(memory: Memory) -> Iterator[int]:
    """Values right behind a layer with learnable parameters, and no more than a row's state holds."""
    graph = memory.graph
    size = graph.base[memory.after].numel()
    for ref in range(memory.after):
        small = graph.base[ref].is_floating_point() and graph.base[ref].numel() <= size
        inside = memory.inside >> ref & 1 and memory.loop.last(ref) in (-1, memory.loop.step)
        if inside and small and graph.maker[ref] and not memory.states >> ref & 1 and _near(memory, ref):
            yield ref


def _near(memory: Memory, ref: int) -> bool:
    """Whether a parameter's own layer is but simple functions away."""
    graph, seen = memory.graph, [ref]
    for at in seen:
        if graph.op(at) in AFFINE and any(_learned(memory, parent) for parent in graph.parents(at)):
            return True
        if graph.op(at) in SIMPLE or graph.op(at) in AFFINE:
            seen.extend(parent for parent in graph.parents(at) if parent not in seen)
    return False


def _learned(memory: Memory, ref: int) -> bool:
    """Whether a value is made of learnable parameters and nothing of the input."""
    graph = memory.graph
    return graph.follows(ref, graph.trained_mask) and not graph.follows(ref, graph.input_mask)
