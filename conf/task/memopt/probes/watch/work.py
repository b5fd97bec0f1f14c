"""Operations that compute something: not those that move a tensor about, or multiply it by a number."""

from __future__ import annotations

from typing import Any

from graph import Graph
from operations import Operations
from torch import Tensor
from witness import tensors

ARITHMETIC = {"add", "sub", "mul", "div", "true_divide", "truediv", "neg", "pos", "rsub"}
MOVING = {
    *("clone", "contiguous", "to", "type", "type_as", "float", "double", "half", "bfloat16", "cpu", "cuda"),
    *("view", "view_as", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "expand", "transpose"),
    *("permute", "movedim", "getitem", "chunk", "split", "detach", "requires_grad", "copy", "alias"),
}
IDLE = ARITHMETIC | {f"{letter}{name}" for letter in "ri" for name in ARITHMETIC} | MOVING


def works(name: str) -> bool:
    return not name.endswith(("__get__", "__set__")) and name.strip("_") not in IDLE


def watch_work(graph: Graph, operations: Operations) -> None:
    """Count those that a row of the model's goes into, so that it can be seen whether a function does any."""

    def worked(name: str, args: Any, kwargs: Any, result: Tensor) -> None:  # noqa: ARG001  recorders are called so
        graph.work += works(name) and graph.wide(tensors([*args, *kwargs.values()]))

    operations.after(worked)
