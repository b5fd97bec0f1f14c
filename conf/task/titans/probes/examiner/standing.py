"""A memory that no loop carries: a matrix for each row that is there before the tokens and written once."""

from __future__ import annotations

from functools import cached_property

from examiner.chain import Loop
from examiner.graph import Graph
from examiner.measure import matrices
from examiner.memory import Memory, Values


class Once(Loop):
    """In place of a loop: all that depends on the input belongs to one step."""

    @cached_property
    def places(self) -> list[int]:
        mask = self.graph.input_mask
        return [1 << self.step if self.graph.follows(ref, mask) else 0 for ref in range(len(self.graph.base))]


def standing(
    graph: Graph, loops: list[Loop], length: int, batch: int, draws: tuple[Values, ...]
) -> list[Memory]:
    """Matrices that tokens write to, but that go no further than the step or the sequence."""
    loop = loops[0] if loops else Once(graph, [], length)
    most = 1 if loops else length
    initial = _initial(graph, length, batch)
    roots = [
        ref for ref in initial if not any(graph.follows(ref, 1 << other) for other in initial if other < ref)
    ]
    for own in roots:
        after = _final(graph, loop, own, sum(1 << ref for ref in roots if ref != own))
        if after is not None:
            return [Memory(graph, loop, (own,), own, after, batch, draws, most)]
    return []


def _initial(graph: Graph, length: int, batch: int) -> list[int]:
    """Matrices for each row of the batch that no token has touched."""
    return [
        ref
        for ref, value in enumerate(graph.base)
        if value.is_floating_point()
        and batch in value.shape
        and length not in value.shape
        and matrices(value, batch) is not None
        and not graph.follows(ref, graph.input_mask)
    ]


def _final(graph: Graph, loop: Loop, own: int, others: int) -> int | None:
    """The last value of that shape in a step that follows from the matrix and from no other."""
    alike = [
        ref
        for ref in range(own + 1, len(graph.base))
        if loop.last(ref) == loop.step and graph.base[ref].shape == graph.base[own].shape
        if graph.follows(ref, 1 << own) and not graph.follows(ref, others)
    ]
    return next(
        (ref for ref in alike if not any(graph.follows(other, 1 << ref) for other in alike if other > ref)),
        None,
    )
