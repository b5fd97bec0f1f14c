"""What the model of model.py learns from: the sequences, how well it foretells them, what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from place import lines, rows, tensors
from sharding import is_given
from torch.nn import functional
from torch.nn.modules.module import register_module_forward_hook


def watch_learning(note: Callable[..., None]) -> None:
    """The loss as it would be without scaling, dividing or masking: a sequence foretells itself."""

    def forward(module: Any, args: Any, kwargs: Any, logits: Any) -> None:
        ids = next(tensors([args, kwargs]), None)
        if not (is_given(module) and module.training and torch.is_grad_enabled() and ids is not None):
            return
        with torch.no_grad(), torch._C.DisableTorchFunction():
            loss = functional.cross_entropy(logits[:, :-1].flatten(0, 1).float(), ids[:, 1:].flatten())
            note("forward", loss=loss.item(), rows=rows(ids), lines=lines())
            logits.register_hook(lambda gradient: _tell(note, gradient, ids))

    register_module_forward_hook(forward, with_kwargs=True)


def _tell(note: Callable[..., None], gradient: torch.Tensor, ids: torch.Tensor) -> None:
    """Of the positions that the loss looks at, how many it would have foretell the token that comes next.

    Of all logits of a position, only that of the token which is asked for has a gradient below zero.
    """
    with torch.no_grad(), torch._C.DisableTorchFunction():
        asked = gradient[:, :-1].min(dim=-1)
        right = (asked.indices == ids[:, 1:])[asked.values < 0]
        if right.numel():
            note("asked", right=right.float().mean().item())
