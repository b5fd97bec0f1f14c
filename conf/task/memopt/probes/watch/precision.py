"""Autocast: products of float32 parameters that come out in a lower precision."""

import torch
from witness import lines

PRODUCTS = {"linear", "matmul", "__matmul__", "mm", "bmm", "addmm", "baddbmm", "einsum"}
LOW = {torch.bfloat16, torch.float16}


def watch_precision(witness, graph, operations):
    def multiplied(name, args, kwargs, result):
        if name in PRODUCTS and result.dtype in LOW:
            given = [each for each in (*args, *kwargs.values()) if isinstance(each, torch.Tensor)]
            if any(each.dtype is torch.float32 for each in given):
                where = lines()
                witness.used("amp", where, heard=False)
                graph.heard(result, lambda: witness.used("amp", where, heard=True))

    operations.after(multiplied)
