"""A state that a loop over time carries, and experiments on one step of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from examiner.chain import Loop
from examiner.graph import Edits, Graph
from examiner.measure import matrices, noise, typical
from torch import Tensor

SMALLEST = 8  # numbers that a state holds for one row
HEARD = 1e-4  # of the logits' spread; a memory at work moves them by 1e-3 at the very least

Values = Sequence[Tensor]


@dataclass(frozen=True)
class Memory:
    """The state `own` goes into a step and comes out as `after`; `before` is all that goes into it.

    `draws` are runs of the graph, each with other parameters. A state that is not `sure` may be another
    than the memory, so that nothing it does counts against the submission. `pairs` are all states of the
    loop, before the step and after it.
    """

    graph: Graph
    loop: Loop
    before: tuple[int, ...]
    own: int
    after: int
    batch: int
    draws: tuple[Values, ...]
    most: int = 1  # products that a step may write: one a token
    sure: bool = True
    pairs: tuple[tuple[int, int], ...] = ()

    @cached_property
    def inside(self) -> int:
        """Mask of the values that make the new state, itself among them."""
        return self.graph.ancestors[self.after] | 1 << self.after

    @cached_property
    def states(self) -> int:
        """Mask of the states that go into the step, without vectors beside matrices."""
        rows = [ref for ref in self.before if matrices(self.graph.base[ref], self.batch) is not None]
        return sum(1 << ref for ref in (rows if self.is_matrix() else [self.own]))

    @cached_property
    def kin(self) -> int:
        """Mask of the states that make one memory with `own`: each bears on the other, as layers do not."""
        graph = self.graph
        mutual = [
            ref
            for ref, then in self.pairs
            if graph.follows(self.after, 1 << ref) and graph.follows(then, 1 << self.own)
        ]
        return sum(1 << ref for ref in {self.own, *mutual}) if self.pairs else self.states

    def is_matrix(self) -> bool:
        return matrices(self.graph.base[self.after], self.batch) is not None

    def step(self, values: Values, own: Tensor | None = None, edits: Edits | None = None) -> Tensor:
        """The new state, from `own` and nothing else in memory; from the run's own states for None."""
        return self.outcome(values, own, edits)[self.after]

    def outcome(
        self, values: Values, own: Tensor | None = None, edits: Edits | None = None, wanted: int | None = None
    ) -> list[Tensor]:
        states = {ref: values[ref] for ref in self.before}
        if own is not None:
            states = {ref: torch.zeros_like(values[ref]) for ref in self.before} | {self.own: own}
        return self.graph.run(states | dict(edits or {}), self.inside if wanted is None else wanted, values)

    def empty(self, values: Values) -> Tensor:
        return torch.zeros_like(values[self.own])

    def shaken(self, ref: int, values: Values, size: float = 0.3) -> Tensor:
        """A value, and noise of its own size upon it."""
        value = values[ref]
        return value + noise(value, ref, size * typical(value))

    def split(self, state: Tensor) -> Tensor:
        """As (n, a, b)."""
        found = matrices(state, self.batch)
        assert found is not None
        return found

    def one_row(self, values: Values) -> Edits:
        """For a state that all rows share: the same token in every row, so that one write is seen."""
        if self.batch in self.graph.base[self.after].shape:
            return {}
        here = {piece.ref: values[piece.ref] for piece in self.loop.slices if piece.index == self.loop.step}
        return {
            ref: value[:1].expand_as(value) for ref, value in here.items() if value.shape[:1] == (self.batch,)
        }

    def heard(self) -> bool:
        """Whether what it holds bears on the logits, by more than a show of it would."""
        values = self.draws[0]
        state = values[self.after]
        shaken = self.graph.run({self.after: state + noise(state, 5, typical(state))}, base=values)
        logits = values[self.graph.result]
        return float((shaken[self.graph.result] - logits).abs().max()) > HEARD * float(logits.std())

    def within(self) -> Iterator[int]:
        """The values of this step that make the new state, in order."""
        for ref in range(self.after + 1):
            if self.inside >> ref & 1 and self.loop.last(ref) == self.loop.step:
                yield ref


def memories(graph: Graph, found: Sequence[Loop], batch: int, draws: tuple[Values, ...]) -> list[Memory]:
    """The states that loops carry: the matrices, or the vectors where there are none."""
    states = [memory for loop in found for memory in _cut(graph, loop, batch, draws)]
    matrices_only = [memory for memory in states if memory.is_matrix()]
    return (
        matrices_only
        or [memory for loop in found for memory in _chained(graph, loop, batch, draws)]
        or states
    )


def _cut(graph: Graph, loop: Loop, batch: int, draws: tuple[Values, ...]) -> Iterator[Memory]:
    """States by the smallest cut between a step and the next."""
    before, after = loop.carried(loop.step - 1), loop.carried(loop.step)
    sure = all(loop.made_in(ref, loop.step) for ref in after)
    pairs = [(own, ref) for ref in after if (own := _predecessor(graph, ref, before)) is not None]
    pairs = [(own, ref) for own, ref in pairs if own not in after and loop.made_in(ref, loop.step)]
    for own, ref in pairs:
        if graph.base[ref].numel() >= SMALLEST * batch:
            yield Memory(graph, loop, tuple(before), own, ref, batch, draws, sure=sure, pairs=tuple(pairs))


def _chained(graph: Graph, loop: Loop, batch: int, draws: tuple[Values, ...]) -> Iterator[Memory]:
    """States where a cache blurs the cut: what a step makes of its like in the step before."""
    pairs = tuple(loop.chains())
    before = tuple(dict.fromkeys(own for own, _ in pairs))
    for own, after in pairs:
        memory = Memory(graph, loop, before, own, after, batch, draws, pairs=pairs)
        if memory.is_matrix():
            yield memory


def _predecessor(graph: Graph, ref: int, before: Sequence[int]) -> int | None:
    """The state of the step before that this one continues."""
    value = graph.base[ref]
    alike = [old for old in before if graph.base[old].shape == value.shape and value.is_floating_point()]
    return max(alike, key=lambda old: (_kin(graph, old, ref), -graph.distance(ref, old)), default=None)


def _kin(graph: Graph, one: int, other: int) -> int:
    a, b = graph.maker[one], graph.maker[other]
    if a is None or b is None:
        return 0
    return 2 * (a.place == b.place) + (a.op == b.op)
