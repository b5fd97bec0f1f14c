"""The loop over time, and the states that it carries from one step to the next.

A source is a value that is taken apart along one dimension, place after place. What depends on the
places up to t but not on later ones belongs to step t. The carried states of step t are the smallest
set of values of that step through which everything flows that later steps know of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from examiner.graph import Graph

SLICING = {"select", "slice", "unbind", "split", "split_with_sizes", "index_select"}
OLDER = 64  # the price of cutting a value of an earlier step, where one of this step costs 1


@dataclass(frozen=True)
class Slice:
    """The value `ref` is place `index` of `source` along `dim`."""

    ref: int
    source: int
    dim: int
    index: int


@dataclass
class Loop:
    """The sources that one loop over time reads, and which places of them each value depends on."""

    graph: Graph
    slices: list[Slice]
    length: int

    @property
    def step(self) -> int:
        """The step to experiment on: late, but not at the end, which may be a special case."""
        return self.length - 3

    @cached_property
    def places(self) -> list[int]:
        """For every value a bit mask of the places it depends on."""
        masks = [0] * len(self.graph.base)
        for piece in self.slices:
            masks[piece.ref] |= 1 << piece.index
        for ref in range(len(masks)):
            for parent in self.graph.parents(ref):
                masks[ref] |= masks[parent]
        return masks

    def last(self, ref: int) -> int:
        """The latest place that a value depends on, -1 for none."""
        return self.places[ref].bit_length() - 1

    def carried(self, step: int) -> list[int]:
        """The states through which later steps know of this one."""
        inner = {ref for ref, mask in enumerate(self.places) if mask and self.last(ref) <= step}
        outer = {
            ref for ref in range(len(self.places)) if self.last(ref) == step + 1 and not self._sequence(ref)
        }
        starts = [piece.ref for piece in self.slices if piece.index <= step]
        price = {ref: 1 if self.places[ref] >> step & 1 else OLDER for ref in inner}
        edges = {ref: [child for child in self.graph.children[ref] if child in inner] for ref in inner}
        ends = {ref for ref in inner if any(child in outer for child in self.graph.children[ref])}
        return smallest_cut(starts, edges, ends, price)

    def made_in(self, ref: int, step: int) -> bool:
        return bool(self.places[ref] >> step & 1) and self.last(ref) == step

    def chains(self) -> Iterator[tuple[int, int]]:
        """Values of a step that replace one of the step before, made at the same place of the source."""
        old, new = self._handed_on(self.step - 1), self._handed_on(self.step)
        for ref in new:
            alike = [at for at in old if self._alike(at, ref) and self.graph.follows(ref, 1 << at)]
            if alike:
                yield min(alike, key=lambda at: self.graph.distance(ref, at)), ref

    def _handed_on(self, step: int) -> list[int]:
        """Floating point values of a step that the next step takes, but not each later step."""
        found = []
        for ref, value in enumerate(self.graph.base):
            if self.last(ref) == step and value.is_floating_point() and not self._sequence(ref):
                takers = {
                    at: {self._spot(c) for c in self.graph.children[ref] if self.last(c) == at}
                    for at in (step + 1, step + 2)
                }
                if takers[step + 1] and not takers[step + 1] & takers[step + 2]:
                    found.append(ref)
        return found

    def _spot(self, ref: int) -> tuple[int, str]:
        node = self.graph.maker[ref]
        return (node.place, node.op) if node else (-1, "")

    def _alike(self, one: int, other: int) -> bool:
        return (
            self._spot(one) == self._spot(other)
            and self.graph.base[one].shape == self.graph.base[other].shape
        )

    def _sequence(self, ref: int) -> bool:
        """Whether a value has a dimension for time, such as an output that is filled place by place."""
        shape = self.graph.base[ref].shape
        return self.length in shape or self.length + 1 in shape


def loops(graph: Graph, shortest: int) -> list[Loop]:
    """The loops over dimensions of at least that length, outer sources first."""
    groups: dict[tuple[int, int], list[Slice]] = {}
    for piece in _slices(graph):
        groups.setdefault((piece.source, piece.dim), []).append(piece)
    stages: dict[int, list[Slice]] = {}
    stage_of: dict[int, int] = {}
    for (source, dim), pieces in sorted(groups.items()):
        length = graph.base[source].shape[dim]
        if length < shortest or len({piece.index for piece in pieces}) < length - 1:
            continue
        mask = graph.ancestors[source] | 1 << source
        stage = max((at + 1 for ref, at in stage_of.items() if mask >> ref & 1), default=0)
        stage_of |= {piece.ref: stage for piece in pieces}
        stages.setdefault(stage, []).extend(pieces)
    return [
        Loop(graph, pieces, max(piece.index for piece in pieces) + 1) for _, pieces in sorted(stages.items())
    ]


def _slices(graph: Graph) -> Iterator[Slice]:
    """Single places of a value, also those of a part of it, such as a token of a chunk."""
    parts: dict[int, Slice] = {}
    for node in graph.nodes:
        if node.op not in SLICING or not node.parents:
            continue
        source = node.parents[0]
        shape = graph.base[source].shape
        for position, out in enumerate(node.outs):
            if not shape or not graph.base[out].numel():
                continue
            dim, index = _where(node.op, node.args, position)
            dim %= len(shape)
            wide = graph.base[out].numel() * shape[dim] != graph.base[source].numel()
            start = (
                position * graph.base[node.outs[0]].shape[dim]
                if wide and node.op.startswith("split")
                else index % shape[dim]
            )
            part = parts.get(source)
            piece = Slice(out, source, dim, start)
            if part is not None and part.dim == dim:
                piece = Slice(out, part.source, dim, part.index + start)
            if not wide:
                yield piece
            elif node.op in ("split", "split_with_sizes", "slice"):
                parts[out] = piece


def _where(op: str, args: tuple[object, ...], position: int) -> tuple[int, int]:
    """The dimension and the place that an output of a slicing call is."""
    numbers = [arg for arg in args[1:] if isinstance(arg, int)]
    if op == "select":
        return numbers[0], numbers[1]
    if op == "slice":
        dim, start = args[1] if len(args) > 1 else 0, args[2] if len(args) > 2 else 0
        return int(dim or 0), int(start or 0)
    if op == "unbind":
        return (numbers[0] if numbers else 0), position
    if op == "index_select":
        return numbers[0], 0
    dims = args[2:3] or (0,)
    return int(dims[0] or 0), position


def smallest_cut(
    starts: list[int], edges: dict[int, list[int]], ends: set[int], price: dict[int, int]
) -> list[int]:
    """The cheapest set of vertices that parts the starts from the ends, the nearest to the starts."""
    flow: dict[tuple[int, int], int] = {}
    through = dict.fromkeys(price, 0)
    back: dict[int, list[int]] = {ref: [] for ref in edges}
    for ref, children in edges.items():
        for child in children:
            back[child].append(ref)
    while True:
        seen = _search(starts, edges, back, flow, through, price)
        reached = next((ref for ref in sorted(ends) if (ref, 1) in seen), None)
        if reached is None:
            return sorted(ref for ref in price if (ref, 0) in seen and (ref, 1) not in seen)
        _augment((reached, 1), seen, flow, through)


Port = tuple[int, int]  # a vertex's entrance (0) or exit (1)


def _search(
    starts: list[int],
    edges: dict[int, list[int]],
    back: dict[int, list[int]],
    flow: dict[tuple[int, int], int],
    through: dict[int, int],
    price: dict[int, int],
) -> dict[Port, Port | None]:
    """Every port that more flow can reach, with the port it is reached from."""
    seen: dict[Port, Port | None] = {(ref, 0): None for ref in starts if ref in price}
    queue = deque(seen)
    while queue:
        port = queue.popleft()
        ref, side = port
        if side == 0:
            following = [(ref, 1)] if through[ref] < price[ref] else []
            following += [(parent, 1) for parent in back[ref] if flow.get((parent, ref), 0) > 0]
        else:
            following = [(child, 0) for child in edges[ref]]
            following += [(ref, 0)] if through[ref] > 0 else []
        for after in following:
            if after not in seen:
                seen[after] = port
                queue.append(after)
    return seen


def _augment(
    port: Port, seen: dict[Port, Port | None], flow: dict[tuple[int, int], int], through: dict[int, int]
) -> None:
    """One more unit of flow along the path that ends at the port."""
    before = seen[port]
    while before is not None:
        if before[0] == port[0]:
            through[port[0]] += 1 if port[1] else -1
        elif before[1] == 1:
            flow[before[0], port[0]] = flow.get((before[0], port[0]), 0) + 1
        else:
            flow[port[0], before[0]] -= 1
        port, before = before, seen[before]
