"""What data loaders give, and whether it is pinned."""

from __future__ import annotations

import sys
from typing import Any

import torch
from graph import Graph
from passes import keys
from torch.utils.data.dataloader import _BaseDataLoaderIter
from witness import Witness, at_hand, lines, tensors


def watch_loading(witness: Witness, graph: Graph) -> None:
    original = _BaseDataLoaderIter.__next__

    def following(self: _BaseDataLoaderIter) -> Any:
        batch = original(self)
        loaded(self, batch)
        return batch

    @witness.safe
    def loaded(iterator: _BaseDataLoaderIter, batch: Any) -> None:
        with torch._C.DisableTorchFunction():
            ids = [each for each in tensors(batch) if each.dim() == 2 and not each.is_floating_point()]
            rows = [keys(each) for each in ids]
        graph.keep(ids)
        witness.tell("loaded", rows=rows, pinned=bool(iterator._pin_memory), lines=lines())

    _BaseDataLoaderIter.__next__ = following


def watch_pinning(witness: Witness) -> None:
    """Tensors that the script pins by itself: whether these feed the training is not followed."""
    original = torch.Tensor.pin_memory

    def pin_memory(self: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        if at_hand(sys._getframe(1)):
            witness.used("pin_memory", lines(), heard=False, how="by hand")
        return original(self, *args, **kwargs)

    torch.Tensor.pin_memory = pin_memory
