"""Gradient checkpointing: parts of the forward pass that are run again in the backward pass."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch.utils.checkpoint
from graph import Graph
from witness import Witness, lines, tensors


def watch_checkpoints(witness: Witness, graph: Graph) -> None:
    original = torch.utils.checkpoint.checkpoint

    def checkpoint(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        where, heard = lines(), list[bool]()

        def run(*inner: Any, **named: Any) -> Any:
            if graph.depth and where:
                witness.used("gradient_checkpointing", where, heard=bool(heard) and graph.training)
            return function(*inner, **named)

        result = original(run, *args, **kwargs)
        listen(result, heard)
        return result

    @witness.safe
    def listen(result: Any, heard: list[bool]) -> None:
        for each in tensors(result):
            graph.heard(each, lambda: heard.append(True))

    for module in [*sys.modules.values()]:  # some have taken it under a name of their own
        for name in ("checkpoint", "torch_utils_checkpoint"):
            if getattr(module, "__dict__", {}).get(name) is original:
                setattr(module, name, checkpoint)
