"""A forward pass as a graph of values without side effects, on which one can experiment.

Every value has a number; a value's parents have lower ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from examiner.trace import Leaf
from torch.utils._pytree import tree_leaves

Edits = Mapping[int, torch.Tensor]


@dataclass(frozen=True)
class Ref:
    """Stands for a value among a node's arguments."""

    value: int


@dataclass(frozen=True)
class Node:
    """A call: its outputs are the values `outs`; `op` is its short name, such as mul."""

    call: Callable[..., Any]
    op: str
    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]
    outs: tuple[int, ...]
    parents: tuple[int, ...]
    place: int


@dataclass
class Graph:
    """`base` holds a value for every number; leaves and constants have no node."""

    base: list[torch.Tensor] = field(default_factory=list)
    maker: list[Node | None] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    leaves: dict[int, Leaf] = field(default_factory=dict)
    result: int = -1

    def add(self, value: torch.Tensor, node: Node | None = None) -> int:
        self.base.append(value)
        self.maker.append(node)
        return len(self.base) - 1

    def run(
        self, edits: Edits, wanted: int = -1, base: Sequence[torch.Tensor] | None = None
    ) -> list[torch.Tensor]:
        """All values with those of `edits` set, and what follows from them; `wanted` masks what is needed."""
        values = list(self.base if base is None else base)
        dirty = 0
        for ref, value in edits.items():
            values[ref] = value
            dirty |= 1 << ref
        reach = self._affected(dirty) & wanted
        for node in self.nodes:
            if reach >> node.outs[0] & 1 or (
                len(node.outs) > 1 and any(reach >> out & 1 for out in node.outs)
            ):
                self._call(node, values, edits)
        return values

    def _affected(self, dirty: int) -> int:
        affected = dirty
        for ref, ancestors in enumerate(self.ancestors):
            if ancestors & dirty:
                affected |= 1 << ref
        return affected

    def _call(self, node: Node, values: list[torch.Tensor], edits: Edits) -> None:
        result = node.call(*_filled(node.args, values), **{k: _filled(v, values) for k, v in node.kwargs})
        for out, tensor in zip(node.outs, tree_leaves(result), strict=True):
            if out not in edits:
                values[out] = tensor

    @cached_property
    def ancestors(self) -> list[int]:
        """For every value a bit mask of those it is computed from, itself not among them."""
        masks: list[int] = []
        for node in self.maker:
            mask = 0
            for parent in node.parents if node else ():
                mask |= masks[parent] | 1 << parent
            masks.append(mask)
        return masks

    @cached_property
    def children(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.base]
        for ref, node in enumerate(self.maker):
            for parent in set(node.parents) if node else ():
                found[parent].append(ref)
        return found

    def follows(self, ref: int, mask: int) -> bool:
        """Whether a value is one of those in the mask or computed from one."""
        return bool((self.ancestors[ref] | 1 << ref) & mask)

    def distance(self, ref: int, source: int) -> int:
        """How many calls lie between a value and one that it is computed from; very many, if it is not."""
        level, seen, steps = {ref}, {ref}, 0
        while level:
            if source in level:
                return steps
            level = {parent for at in level for parent in self.parents(at) if parent >= source} - seen
            seen |= level
            steps += 1
        return len(self.base)

    def op(self, ref: int) -> str:
        node = self.maker[ref]
        return node.op if node else ""

    def parents(self, ref: int) -> tuple[int, ...]:
        node = self.maker[ref]
        return node.parents if node else ()

    @cached_property
    def trained(self) -> dict[int, str]:
        """The learnable parameters: value and name."""
        return {ref: leaf.name for ref, leaf in self.leaves.items() if leaf.trained}

    @cached_property
    def trained_mask(self) -> int:
        return sum(1 << ref for ref in self.trained)

    @cached_property
    def input_mask(self) -> int:
        return sum(1 << ref for ref, leaf in self.leaves.items() if leaf.kind == "input")


def _filled(value: Any, values: Sequence[torch.Tensor]) -> Any:
    if isinstance(value, Ref):
        return values[value.value]
    if isinstance(value, tuple):
        return [_filled(item, values) for item in value]
    return value
