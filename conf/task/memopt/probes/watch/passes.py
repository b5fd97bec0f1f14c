"""Which rows of tokens the training passes through the model, forward and back."""

from __future__ import annotations

import functools
import zlib
from array import array
from collections.abc import Callable, Sequence
from typing import Any

import torch
from graph import Graph
from operations import Operations
from torch import Tensor
from truth import Truth
from witness import Witness, lines, tensors

VOCABULARY = 8192  # of given/model.py


def watch_passes(witness: Witness, graph: Graph, operations: Operations, truth: Truth) -> None:
    """Rows count when a gradient comes back to their embedding: not where it is off, and not twice."""

    def looked_up(name: str, args: Any, kwargs: Any, result: Tensor) -> None:
        if name not in ("embedding", "__getitem__"):
            return
        given = tensors([*args, *kwargs.values()])
        table = next((each for each in given if each.is_floating_point() and len(each) == VOCABULARY), None)
        ids = next((each for each in given if not each.is_floating_point() and each.dim() == 2), None)
        if table is not None and ids is not None:
            graph.tables[id(table)] = table
            graph.keep([table, ids])
            graph.width = table.size(1) * ids.size(1)
            rows, where = keys(ids), lines()
            graph.embedded(result, lambda: came_back(rows, where))
            for place in graph.compiled:
                graph.heard(result, functools.partial(witness.used, "compile", place, heard=True))

    def came_back(rows: list[int], where: list[int]) -> None:
        truth.rows += rows
        witness.tell("rows", rows=rows, lines=where)

    def came(name: str, args: Any, kwargs: Any, result: Tensor) -> None:  # noqa: ARG001  recorders are called so
        if graph.own(tensors([*args, *kwargs.values()])):
            graph.keep([result])

    operations.after(looked_up)
    operations.after(came)
    _watch_backward(witness, graph, truth)


def _watch_backward(witness: Witness, graph: Graph, truth: Truth) -> None:
    torch.autograd.has_torch_function = _never  # else nothing is intercepted that happens inside of it
    torch.autograd.grad = _around(torch.autograd.grad, witness, graph, truth)
    backward = torch.autograd.backward = _around(torch.autograd.backward, witness, graph, truth)

    def method(
        self: Tensor,
        gradient: Any = None,
        retain_graph: Any = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    torch.Tensor.backward = method


def _around(original: Callable[..., Any], witness: Witness, graph: Graph, truth: Truth) -> Callable[..., Any]:
    begins = witness.safe(_begins)

    def run(*args: Any, **kwargs: Any) -> Any:
        roots = tensors([args[0] if args else kwargs.get("tensors", kwargs.get("outputs"))])
        outermost = graph.depth == 0
        with graph.backward(roots):
            if not (outermost and graph.training):
                return original(*args, **kwargs)
            begins(roots, witness, graph)
            truth.begin()
            result = original(*args, **kwargs)
            truth.compare()
            return result

    return run


def _begins(roots: Sequence[Tensor], witness: Witness, graph: Graph) -> None:
    with torch._C.DisableTorchFunction():
        loss = float(roots[0].detach()) if roots[0].numel() == 1 else None
        grads = [table.grad for table in graph.tables.values() if table.grad is not None]
        carried = any(grad.is_sparse or bool(grad.count_nonzero()) for grad in grads)
    witness.tell("backward", loss=loss, carried=carried, lines=lines())


def _never(*_: Any) -> bool:
    return False


def keys(ids: Tensor) -> list[int]:
    """A number for each row that tells it from others."""
    return [zlib.crc32(array("q", row).tobytes()) for row in ids.tolist()]
