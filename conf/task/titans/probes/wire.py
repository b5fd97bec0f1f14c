"""Messages whose arrays are tensors: for the processes that have torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import message
import torch
from message import Array, Malformed

__all__ = ["Malformed", "pack", "unpack"]


def pack(value: Any, tensors: Sequence[torch.Tensor] = ()) -> bytes:
    return message.pack(value, [_array(tensor.detach().cpu()) for tensor in tensors])


def unpack(data: bytes) -> tuple[Any, list[torch.Tensor]]:
    value, arrays = message.unpack(data)
    return value, [_tensor(array) for array in arrays]


def _array(tensor: torch.Tensor) -> Array:
    name = str(tensor.dtype).removeprefix("torch.")
    flat = tensor.contiguous().reshape(-1).view(torch.uint8) if tensor.numel() else tensor.new_empty(0)
    return Array(name, tuple(tensor.shape), flat.numpy().tobytes())


def _tensor(array: Array) -> torch.Tensor:
    dtype = getattr(torch, array.dtype)
    if not array.data:
        return torch.empty(array.shape, dtype=dtype)
    return torch.frombuffer(bytearray(array.data), dtype=dtype).reshape(array.shape)
