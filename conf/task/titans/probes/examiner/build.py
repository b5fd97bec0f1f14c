"""Makes the graph of a trace: writing in place and views are gone, equal calls are one value.

What no parameter and no input reaches is a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from examiner.graph import Graph, Node, Ref
from examiner.trace import Leaf, Step, Trace
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

SHAPE_ONLY = {"new_zeros", "new_ones", "new_full", "new_empty", "new_empty_strided", "zeros_like"}
SHAPE_ONLY |= {"ones_like"}
SHAPE_ONLY |= {"full_like", "empty_like", "zero"}


def build(trace: Trace) -> Graph:
    """Replay the trace without side effects, and keep what is then called."""
    graph = Graph()
    builder = Builder(graph)
    with torch.no_grad():
        inner = {leaf.ref: leaf.value.clone() for leaf in trace.leaves}
        for leaf in trace.leaves:
            builder.learn(inner[leaf.ref], leaf)
        run = torch.func.functionalize(lambda values: trace.run(values, builder.enter))
        with builder:
            result = run(inner)
    graph.result = builder.known[id(result)] if id(result) in builder.known else builder.find(result)
    return graph


class Builder(TorchDispatchMode):
    """Turns the calls it sees into nodes of the graph."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self.known: dict[int, int] = {}
        self.homes: dict[tuple[Any, ...], int] = {}
        self.alive: list[torch.Tensor] = []
        self.same: dict[Any, tuple[int, ...]] = {}
        self.fixed: set[int] = set()
        self.place = 0

    def enter(self, step: Step) -> None:
        self.place = step.place

    def learn(self, tensor: torch.Tensor, leaf: Leaf | None = None) -> int:
        """A value that no call made."""
        ref = self.graph.add(tensor)
        if leaf is not None:
            self.graph.leaves[ref] = leaf
        if leaf is None or leaf.kind in ("constant", "buffer"):
            self.fixed.add(ref)
        self.remember(tensor, ref)
        return ref

    def remember(self, tensor: torch.Tensor, ref: int) -> None:
        self.alive.append(tensor)
        self.known[id(tensor)] = ref
        self.homes[_home(tensor)] = ref

    def find(self, tensor: torch.Tensor) -> int:
        ref = self.known.get(id(tensor))
        if ref is None and tensor.numel():
            ref = self.homes.get(_home(tensor))
        return self.learn(tensor) if ref is None else ref

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # or torch would import its compiler, which takes as long as all else

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        kwargs = kwargs or {}
        op = func._schema.name.removeprefix("aten::")
        if func._schema.is_mutable:
            return args[0]  # what functionalize writes back into a leaf at the end
        if op in ("copy", "fill") and isinstance(args[1], torch.Tensor):
            return self.spread(*args[:2])
        result = func(*args, **kwargs)
        self.note(func, op, args, kwargs, result)
        return result

    def spread(self, target: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        """Copying takes nothing from its target but shape and type."""
        with self:
            cast = source if source.dtype == target.dtype else source.to(target.dtype)
            return cast.expand(target.shape).clone() if cast.shape != target.shape else cast.clone()

    def note(self, func: Any, op: str, args: Any, kwargs: Any, result: Any) -> None:
        outs = tree_leaves(result)
        if not all(isinstance(out, torch.Tensor) for out in outs):
            return
        parts = _template(args, self.find), tuple((k, _template(v, self.find)) for k, v in kwargs.items())
        parents = tuple(dict.fromkeys(_refs(parts)))
        if op in SHAPE_ONLY or op.startswith("empty") or all(parent in self.fixed for parent in parents):
            for out in outs:
                self.learn(out)
            return
        key = func, parts
        refs = self._through(op, parts[0]) or self.same.get(key)
        if refs is None:
            func = torch.ops.aten.reshape.default if op in ("view", "_unsafe_view") else func
            node = Node(func, op, *parts, (), parents, self.place)
            refs = self.same[key] = self._place(node, outs)
        for out, ref in zip(outs, refs, strict=True):
            self.remember(out, ref)

    def _place(self, node: Node, outs: list[torch.Tensor]) -> tuple[int, ...]:
        first = len(self.graph.base)
        refs = tuple(range(first, first + len(outs)))
        whole = Node(node.call, node.op, node.args, node.kwargs, refs, node.parents, node.place)
        for out in outs:
            self.graph.add(out, whole)
        self.graph.nodes.append(whole)
        return refs

    def _through(self, op: str, args: tuple[Any, ...]) -> tuple[int, ...] | None:
        """Identities are no values of their own, and reading a place of a buffer skips other writes to it."""
        if not args or not isinstance(args[0], Ref):
            return None
        source = args[0].value
        if op == "select":
            return self._read(source, args[1], args[2])
        if op in ("alias", "lift_fresh", "clone"):
            return (source,)
        if (
            op == "slice"
            and (args[2:3] or (None,))[0] in (None, 0)
            and _open_end(args, self.graph.base[source])
        ):
            return (source,)
        return None

    def _read(self, source: int, dim: int, index: int) -> tuple[int, ...] | None:
        """What was written there last, where that is known."""
        node, size = self.graph.maker[source], self.graph.base[source].shape[dim]
        while node is not None and node.op == "select_scatter" and node.args[2] == dim:
            if node.args[3] % size == index % size:
                return (node.args[1].value,)
            source = node.args[0].value
            node = self.graph.maker[source]
        return None


def _open_end(args: tuple[Any, ...], source: torch.Tensor) -> bool:
    end, step = (args[3:4] or (None,))[0], (args[4:5] or (1,))[0]
    dim = (args[1:2] or (0,))[0]
    return step == 1 and (end is None or end >= source.shape[dim])


def _template(value: Any, find: Callable[[torch.Tensor], int]) -> Any:
    if isinstance(value, torch.Tensor):
        return Ref(find(value))
    if isinstance(value, (list, tuple)):
        return tuple(_template(item, find) for item in value)
    return value


def _refs(value: Any) -> Iterator[int]:
    if isinstance(value, Ref):
        yield value.value
    elif isinstance(value, tuple):
        for item in value:
            yield from _refs(item)


def _home(tensor: torch.Tensor) -> tuple[Any, ...]:
    place = tensor.untyped_storage().data_ptr(), tensor.storage_offset()
    return (*place, tensor.dtype, tuple(tensor.shape), tensor.stride())
