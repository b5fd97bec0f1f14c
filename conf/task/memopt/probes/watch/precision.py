"""Autocast: products of float32 parameters that come out in a lower precision."""

from __future__ import annotations

from typing import Any

import torch
from graph import Graph
from operations import Operations
from torch import Tensor
from witness import Witness, lines, tensors

PRODUCTS = {"linear", "matmul", "__matmul__", "mm", "bmm", "addmm", "baddbmm", "einsum"}
LOW = {torch.bfloat16, torch.float16}


def watch_precision(witness: Witness, graph: Graph, operations: Operations) -> None:
    def multiplied(name: str, args: Any, kwargs: Any, result: Tensor) -> None:
        if name not in PRODUCTS or result.dtype not in LOW:
            return
        if any(each.dtype is torch.float32 for each in tensors([*args, *kwargs.values()])):
            where = lines()
            witness.used("amp", where, heard=False)
            graph.heard(result, lambda: witness.used("amp", where, heard=True))

    operations.after(multiplied)
