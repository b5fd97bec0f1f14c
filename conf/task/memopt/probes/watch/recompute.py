"""Gradient checkpointing: parts of the forward pass that are run again in the backward pass."""

import sys

import torch.distributed.algorithms._checkpoint.checkpoint_wrapper  # which has the function by a name of its own
import torch.utils.checkpoint
from witness import lines, tensors


def watch_checkpoints(witness, graph):
    original = torch.utils.checkpoint.checkpoint

    def checkpoint(function, *args, **kwargs):
        where, heard = lines(), []

        def run(*inner, **named):
            if graph.depth and where:
                witness.used("gradient_checkpointing", where, heard=bool(heard) and graph.training)
            return function(*inner, **named)

        result = original(run, *args, **kwargs)
        listen(result, heard)
        return result

    @witness.safe
    def listen(result, heard):
        for each in tensors(result):
            graph.heard(each, lambda: heard.append(True))

    for module in [*sys.modules.values()]:
        for name in ("checkpoint", "torch_utils_checkpoint"):
            if getattr(module, "__dict__", {}).get(name) is original:
                setattr(module, name, checkpoint)
