"""Optimizer steps, with what was asked of the optimizer, and how gradients are reset."""

import sys

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook
from witness import OURS, at_hand, lines


def watch_optimizers(witness, graph):
    @witness.safe
    def stepped(optimizer, args, kwargs):
        groups = [group for group in optimizer.param_groups if _trained(group["params"], graph)]
        if groups:
            asked = {name: any(group.get(name) is True for group in groups) for name in ("fused", "foreach")}
            rates = [float(group["lr"]) for group in groups if "lr" in group]
            witness.tell("step", lr=rates, lines=lines(), **asked)

    register_optimizer_step_post_hook(stepped)


def watch_resets(witness, graph, operations):
    """zero_grad(set_to_none=True) said in so many words, or gradients set to None one by one.

    Before the first backward pass nobody knows which parameters will be trained: what is returned tells then.
    """
    early = []

    def around(original, parameters):
        def zero_grad(self, *args, **kwargs):
            said = [*args, kwargs.get("set_to_none")][0]
            if said is True:
                reset(list(parameters(self)))
            return original(self, *args, **kwargs)

        return zero_grad

    @witness.safe
    def reset(parameters):
        if graph.parameters:
            witness.used("optimizer", lines(), _trained(parameters, graph), "set_to_none=True")
        else:
            early.append((parameters, lines()))

    def tell():
        for parameters, where in early:
            witness.used("optimizer", where, _trained(parameters, graph), "set_to_none=True")

    def set_grad(name, func, args, kwargs):
        if name != "__set__" or getattr(func.__self__, "__name__", "") != "grad" or args[-1] is not None:
            return
        if args[0].grad is not None and at_hand(sys._getframe(1), OURS):
            witness.used("optimizer", lines(), _trained(args[:1], graph), "grad = None")

    operations.before(set_grad)
    torch.optim.Optimizer.zero_grad = around(torch.optim.Optimizer.zero_grad, _of_optimizer)
    torch.nn.Module.zero_grad = around(torch.nn.Module.zero_grad, torch.nn.Module.parameters)
    return tell


def _of_optimizer(optimizer):
    return [one for group in optimizer.param_groups for one in group["params"]]


def _trained(parameters, graph):
    return any(id(one) in graph.parameters for one in parameters)
