"""Tensors of four dimensions whose channels are brought last in memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from graph import Graph
from operations import Operations
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary
from witness import Witness, lines, tensors
from work import works

LAST = torch.channels_last


def watch_layout(witness: Witness, graph: Graph, operations: Operations) -> None:
    """Those that are only moved and moved back are told from those that something works on as they lie."""
    moved = WeakIdKeyDictionary()

    def ordered(name: str, args: Any, kwargs: Any, result: Tensor) -> None:  # noqa: ARG001  called so
        if LAST not in _formats(args, kwargs) or not (where := lines()):
            return
        if result.dim() == 4 and result.is_contiguous(memory_format=LAST):
            if graph.wide([result]):
                moved[result] = where
            witness.used("channels_last", where, heard=False, how="tensor")
            graph.heard(result, lambda: witness.used("channels_last", where, heard=True, how="moved"))

    def worked(name: str, args: Any, kwargs: Any, result: Tensor) -> None:
        for each in tensors([*args, *kwargs.values()]) if works(name) else ():
            if where := moved.get(each):
                graph.heard(result, partial(witness.used, "channels_last", where, heard=True, how="tensor"))

    operations.after(ordered)
    operations.after(worked)


def watch_modules(witness: Witness, graph: Graph) -> None:
    """Modules that are told: those without parameters of four dimensions stay as they are."""
    original = torch.nn.Module.to

    def to(self: torch.nn.Module, *args: Any, **kwargs: Any) -> torch.nn.Module:
        if LAST in _formats(args, kwargs):
            told(list(self.parameters()), lines())
        return original(self, *args, **kwargs)

    @witness.safe
    def told(parameters: list[Tensor], where: list[int]) -> None:
        graph.when_known(
            parameters, lambda trained: witness.used("channels_last", where, trained, how="module")
        )

    torch.nn.Module.to = to


def _formats(args: Any, kwargs: Any) -> Iterator[torch.memory_format]:
    return (each for each in (*args, *kwargs.values()) if isinstance(each, torch.memory_format))
