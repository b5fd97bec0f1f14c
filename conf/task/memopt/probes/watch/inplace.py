"""Operations that change a tensor in place, done by the script's own lines or by layers told to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from graph import Graph, grown
from operations import Operations
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary
from witness import OURS, Witness, at_hand, lines, tensors

ASSIGNING = {"__iadd__", "__isub__", "__imul__", "__idiv__", "__itruediv__", "__ipow__"}
OTHERWISE = {
    "requires_grad_",
    "detach_",
    "share_memory_",
    "resize_",
    "resize_as_",
    "set_",
    "rename_",
    "zero_",
}
NOTHING = {"mul": 1, "div": 1, "add": 0, "sub": 0} | {"imul": 1, "itruediv": 1, "iadd": 0, "isub": 0}
PLACE = {"relu": 1, "relu6": 1, "silu": 1, "mish": 1, "hardswish": 1, "elu": 2, "leaky_relu": 2, "dropout": 3}
THROUGH = (*OURS, "/torch/_tensor.py", "/torch/overrides.py", "/torch/nn/functional.py")


def watch_inplace(witness: Witness, graph: Graph, operations: Operations) -> None:
    """On what the loss hears of, or on numbers beside the graph that are made use of afterwards."""
    beside = WeakIdKeyDictionary()

    def changed(name: str, args: Any, kwargs: Any, result: Tensor) -> None:
        how = _how(name, args, kwargs)
        if how is None or not graph.tables:
            return
        if how != "layer" and not at_hand(sys._getframe(1), THROUGH):
            return
        how = "number" if how == "operation" and result.dim() == 0 else how
        use = partial(witness.used, "inplace", lines(), how=how)
        use(heard=False)
        if grown(result) is not None:
            graph.heard(result, partial(use, heard=True))
        elif graph.holds(result):
            use(heard=True)
        elif graph.own(tensors([*args, *kwargs.values()])):
            beside[result if result._base is None else result._base] = use

    def looked_at(name: str, func: Any, args: Any, kwargs: Any) -> None:  # noqa: ARG001  recorders are called so
        used = tensors([*args, *kwargs.values()]) if beside else []
        for each in used[1:] if _how(name, args, kwargs) else used:  # the first is only changed once more
            if use := beside.pop(each, None):
                use(heard=True)

    operations.before(looked_at)
    operations.after(changed)
    operations.before(_on_lists(witness, graph))


def _how(name: str, args: Any, kwargs: Any) -> str | None:
    """Whether a call works in place: an operation (+= is one), a part set anew, a layer's function."""
    if name == "__setitem__":
        return "part"
    named = name.endswith("_") and not name.endswith("__") and name not in OTHERWISE
    if named or name in ASSIGNING or isinstance(kwargs.get("out"), Tensor):
        by = args[1] if len(args) > 1 and isinstance(args[1], int | float) else None
        return "operation" if by is None or NOTHING.get(name.strip("_")) != by else "nothing"
    place = PLACE.get(name, len(args))
    told = kwargs.get("inplace") is True or (place < len(args) and args[place] is True)
    return "layer" if told else None


def _on_lists(witness: Witness, graph: Graph) -> Callable[..., None]:
    """Those that work on many tensors at once and return nothing."""

    def changed(name: str, func: Any, args: Any, kwargs: Any) -> None:  # noqa: ARG001  recorders are called so
        listed = name.startswith("_foreach_") and name.endswith("_") and graph.tables
        if listed and at_hand(sys._getframe(1), THROUGH):
            witness.used("inplace", lines(), graph.own(tensors(list(args))), "operation")

    return changed
