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
        where, again = lines(), list[bool]()

        def run(*inner: Any, **named: Any) -> Any:
            before = graph.work
            try:
                return function(*inner, **named)
            finally:  # it is broken off where all is there again that was missing
                if graph.depth and where:
                    repeated(graph.work > before)

        def repeated(worked: bool) -> None:
            again.append(worked and graph.training)
            witness.used("gradient_checkpointing", where, heard=False, how="" if worked else "idle")

        result = original(run, *args, **kwargs)
        listen(result, where, again)
        return result

    @witness.safe
    def listen(result: Any, where: list[int], again: list[bool]) -> None:
        def heard() -> None:
            if any(again):
                witness.used("gradient_checkpointing", where, heard=True)

        for each in tensors(result):
            graph.heard(each, heard)

    for module in [*sys.modules.values()]:  # some have taken it under a name of their own
        for name in ("checkpoint", "torch_utils_checkpoint"):
            if getattr(module, "__dict__", {}).get(name) is original:
                setattr(module, name, checkpoint)
