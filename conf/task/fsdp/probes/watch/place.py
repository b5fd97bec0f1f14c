"""Where each tensor would be if there were GPUs: on the host or on a device, as far as that can be known."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

HOST, DEVICE = "host", "device"
SCRIPT = "/train_fsdp.py"


def mark(value: Any, place: str) -> Any:
    """Say where the tensors in a value are."""
    for tensor in tensors(value):
        tensor._place = place
    return value


def place(tensor: torch.Tensor) -> str | None:
    return getattr(tensor, "_place", None)


def tensors(value: Any, depth: int = 3) -> Iterator[torch.Tensor]:
    """The tensors in a value as loaders and models give it."""
    if isinstance(value, torch.Tensor):
        yield value
    elif depth and isinstance(value, list | tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors(part, depth - 1)


def sizes(value: Any) -> int:
    """How many numbers the tensors in a value have together, also those that are shards."""
    with torch._C.DisableTorchFunction():
        return sum(one.numel() for one in tensors(value, depth=4))


def rows(tensor: torch.Tensor) -> list[int]:
    """By what the rows of token ids are known; none of a tensor of another form."""
    with torch._C.DisableTorchFunction():
        listed = tensor.tolist() if tensor.dim() == 2 else []
    return [zlib.crc32(bytes(str(row), "ascii")) for row in listed]


def lines() -> list[int]:
    """The lines of the script that are being run, innermost first."""
    frame, found = sys._getframe(1), []
    while frame is not None:
        if frame.f_code.co_filename.endswith(SCRIPT):
            found.append(frame.f_lineno)
        frame = frame.f_back
    return found


def by_script(depth: int) -> bool:
    """Whether the caller so many frames up is the script itself."""
    return sys._getframe(depth + 1).f_code.co_filename.endswith(SCRIPT)


class Places(TorchFunctionMode):
    """Takes what is meant for a device to the CPU and follows it from there.

    `meant(device)` is told of each device that is named.
    """

    def __init__(self, note: Callable[..., None], meant: Callable[[Any], None]) -> None:
        super().__init__()
        self._note = note
        self._meant = meant

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        if name == "device":  # which goes by its name until something is put there
            return func(*args, **(kwargs or {}))
        before = list(tensors([*args, *(kwargs or {}).values()], depth=2))
        target, args, kwargs = self._translated(name, args, kwargs or {})
        result = args[0] if name in ("cuda", "pin_memory") else func(*args, **kwargs)
        if name in ("cuda", "pin_memory", "to") and any(result is one for one in before):
            result = result.view_as(result) if isinstance(result, torch.Tensor) else result
        if isinstance(result, torch.Tensor):
            mark(result, target or self._follows(name, before, kwargs)) if target or before or by_script(
                1
            ) else None
        return result

    def _follows(self, name: str, before: list[torch.Tensor], kwargs: dict[str, Any]) -> str | None:
        if not before:
            return None if kwargs.get("device") is not None else HOST
        found = {place(one) for one in before if one.dim() or len(before) == 1}
        if {HOST, DEVICE} <= found and not name.startswith("__") and name not in ("copy_", "to", "type_as"):
            self._note("fault", what="host tensor", how=name, lines=lines())
        return DEVICE if DEVICE in found else HOST if HOST in found else None

    def _translated(self, name: str, args: Any, kwargs: Any) -> tuple[str | None, Any, Any]:
        """The place that a call names, and its arguments with the CPU in place of a device."""
        target = {"cuda": DEVICE, "cpu": HOST, "item": HOST, "tolist": HOST, "numpy": HOST}.get(name)
        if name == "cuda":
            self._meant(args[1] if len(args) > 1 else kwargs.get("device"))
            return target, args[:1], {}
        where = [
            value for value in (*args[1:2], *args[2:], kwargs.get("device")) if _names_device(value, name)
        ]
        for value in where:
            cpu = str(value) == "cpu"
            target = HOST if cpu and name == "to" else None if cpu else DEVICE
            if not cpu:
                self._meant(value)
        args = (*args[:1], *(_cpu(value, name) for value in args[1:]))
        return target, args, {key: _cpu(value, name, key) for key, value in kwargs.items()}


def _names_device(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, torch.device):
        return True
    if isinstance(value, str):
        return value.partition(":")[0] in ("cuda", "cpu")
    return isinstance(value, int) and name == "to"


def _cpu(value: Any, name: str, key: str = "") -> Any:
    number = isinstance(value, int) and not isinstance(value, bool)
    if (key == "device" and number) or (not key and name == "to" and number):
        return torch.device("cpu")
    if isinstance(value, str | torch.device) and str(value).partition(":")[0] == "cuda":
        return torch.device("cpu")
    return value
