"""Autocast: products of float32 parameters that come out in a lower precision."""

from __future__ import annotations

from typing import Any

import torch
from graph import Graph
from operations import Operations
from torch import Tensor
from torch.nn import Parameter
from witness import Witness, lines, tensors

PRODUCTS = {"linear", "matmul", "__matmul__", "mm", "bmm", "addmm", "baddbmm", "einsum"}
LOW = {torch.bfloat16, torch.float16}
LEAST = 4  # one of so many products


def watch_precision(witness: Witness, graph: Graph, operations: Operations) -> None:
    """Some layers may be left out, as the last one often is, but not most of the model."""
    low: list[bool] = []  # of each product with a parameter

    def multiplied(name: str, args: Any, kwargs: Any, result: Tensor) -> None:
        given = tensors([*args, *kwargs.values()]) if name in PRODUCTS else []
        if any(isinstance(each, Parameter) for each in given):
            low.append(result.dtype in LOW)
        if result.dtype in LOW and any(each.dtype is torch.float32 for each in given):
            where = lines()
            witness.used("amp", where, heard=False)
            graph.heard(result, lambda: witness.used("amp", where, heard=True, how=extent()))

    def extent() -> str:
        return "" if sum(low) * LEAST >= len(low) else "small"

    operations.after(multiplied)
