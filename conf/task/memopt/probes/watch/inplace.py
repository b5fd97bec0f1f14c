"""Operations that change a tensor in place, done by the script's own lines or by layers told to."""

import sys

import torch
from witness import OURS, at_hand, lines

ASSIGNING = {"__iadd__", "__isub__", "__imul__", "__idiv__", "__itruediv__", "__ifloordiv__", "__ipow__"}
OTHERWISE = {"requires_grad_", "detach_", "share_memory_", "resize_", "resize_as_", "set_", "rename_"}
PLACE = {"relu": 1, "relu6": 1, "silu": 1, "mish": 1, "hardswish": 1, "elu": 2, "leaky_relu": 2, "dropout": 3}
THROUGH = (*OURS, "/torch/_tensor.py", "/torch/overrides.py", "/torch/nn/functional.py")


def watch_inplace(witness, graph, operations):
    """What it works on is the training's where the loss hears it, or where it is a parameter or a gradient."""
    losses = {}

    def changed(name, args, kwargs, result):
        if result.dim() == 0 and result.requires_grad:
            losses[result.data_ptr()] = result.detach()  # kept, so that the address is not used again
        how = _how(name, args, kwargs)
        if how is None or not graph.tables:
            return
        if how != "layer" and not at_hand(sys._getframe(1), THROUGH):
            return
        where = lines()
        kind = "of a number" if result.dim() == 0 and how == "assignment" else how
        if result.requires_grad:
            witness.used("inplace", where, heard=False, how=kind)
            graph.heard(result, lambda: witness.used("inplace", where, heard=True, how=kind))
        else:
            witness.used("inplace", where, heard=_own(args, graph, losses), how=kind)

    operations.after(changed)
    operations.before(_lists(witness, graph))


def _how(name, args, kwargs):
    if name in ASSIGNING:
        return "assignment"
    if name == "__setitem__":
        return "assignment"
    if name.endswith("_") and not name.endswith("__") and name not in OTHERWISE:
        return "operation"
    place = PLACE.get(name, len(args))
    if kwargs.get("inplace") is True or (place < len(args) and args[place] is True):
        return "layer"
    return None


def _own(args, graph, losses):
    """Whether one of the tensors is a parameter of the model, a gradient of it, or a loss."""
    known = {one.data_ptr() for one in graph.parameters.values()} | set(losses)
    known |= {one.grad.data_ptr() for one in graph.parameters.values() if one.grad is not None}
    return any(isinstance(each, torch.Tensor) and each.data_ptr() in known for each in args)


def _lists(witness, graph):
    """Those that work on many tensors at once and return nothing."""

    def changed(name, func, args, kwargs):
        if name.startswith("_foreach_") and name.endswith("_") and graph.tables:
            if at_hand(sys._getframe(1), THROUGH):
                heard = any(_own(each, graph, {}) for each in args if isinstance(each, list | tuple))
                witness.used("inplace", lines(), heard, "operation")

    return changed
