"""What data loaders give, and whether it is pinned."""

import sys

import torch
from torch.utils.data.dataloader import _BaseDataLoaderIter
from passes import keys
from witness import at_hand, lines, tensors


def watch_loading(witness):
    original = _BaseDataLoaderIter.__next__

    def following(self):
        batch = original(self)
        loaded(self, batch)
        return batch

    @witness.safe
    def loaded(iterator, batch):
        with torch._C.DisableTorchFunction():
            rows = [keys(each) for each in tensors(batch) if each.dim() == 2 and not each.is_floating_point()]
        witness.tell("loaded", rows=rows, pinned=bool(iterator._pin_memory), lines=lines())

    _BaseDataLoaderIter.__next__ = following


def watch_pinning(witness):
    """Tensors that the script pins by itself: whether these feed the training is not followed."""
    original = torch.Tensor.pin_memory

    def pin_memory(self, *args, **kwargs):
        if at_hand(sys._getframe(1)):
            witness.used("pin_memory", lines(), heard=False, how="by hand")
        return original(self, *args, **kwargs)

    torch.Tensor.pin_memory = pin_memory
