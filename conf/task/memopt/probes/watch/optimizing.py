"""Optimizer steps, with what was asked of the optimizer, and how gradients are reset."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

import torch
from graph import Graph
from operations import Operations
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook
from truth import Truth
from witness import OURS, Witness, at_hand, lines

SLIGHT = 0.02  # of the direction: a sum of many passes has each of them in it, noise has none


def watch_optimizers(witness: Witness, truth: Truth, graph: Graph) -> None:
    @witness.safe
    def stepped(optimizer: Optimizer, args: Any, kwargs: Any) -> None:  # noqa: ARG001  hooks are called so
        groups = [group for group in optimizer.param_groups if graph.trained(group["params"])]
        if groups:
            asked = {name: any(group.get(name) is True for group in groups) for name in ("fused", "foreach")}
            rates = [float(group["lr"]) for group in groups if "lr" in group]
            witness.tell("step", lr=rates, pushed=_pushed(groups, truth), lines=lines(), **asked)

    register_optimizer_step_post_hook(stepped)


def watch_resets(witness: Witness, graph: Graph, operations: Operations) -> None:
    """zero_grad(set_to_none=True) said in so many words, or gradients set to None one by one."""

    def around(original: Callable[..., None], parameters: Callable[[Any], Iterable[Tensor]]) -> Any:
        def zero_grad(self: Any, *args: Any, **kwargs: Any) -> None:
            if [*args, kwargs.get("set_to_none")][0] is True:
                reset(list(parameters(self)), lines())
            original(self, *args, **kwargs)

        return zero_grad

    @witness.safe
    def reset(parameters: list[Tensor], where: list[int]) -> None:
        with torch._C.DisableTorchFunction():
            freed = any(one.grad is not None for one in parameters)
        how = "set_to_none=True" if freed else "nothing"
        graph.when_known(parameters, lambda trained: witness.used("optimizer", where, trained, how))

    def set_to(name: str, func: Any, args: Any, kwargs: Any) -> None:  # noqa: ARG001  recorders are called so
        if name != "grad.__set__" or args[-1] is not None or args[0].grad is None:
            return
        if at_hand(sys._getframe(1), OURS):
            witness.used("optimizer", lines(), graph.trained(args[:1]), "grad = None")

    operations.before(set_to)
    Optimizer.zero_grad = around(Optimizer.zero_grad, _held)
    torch.nn.Module.zero_grad = around(torch.nn.Module.zero_grad, torch.nn.Module.parameters)


def _pushed(groups: Iterable[dict[str, Any]], truth: Truth) -> bool:
    """Whether a gradient that came in the last backward pass has a part in the step, and not against it."""
    against = any(group.get("maximize") is True for group in groups)
    given = [one for group in groups for one in group["params"] if one.grad is not None]
    with torch._C.DisableTorchFunction():
        return not against and truth.along(given) > SLIGHT


def _held(optimizer: Optimizer) -> list[Tensor]:
    return [one for group in optimizer.param_groups for one in group["params"]]
