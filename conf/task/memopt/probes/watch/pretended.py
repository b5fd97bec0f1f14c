"""A CUDA device that is none: what is put there stays on the CPU. A script shows what it does with one."""

from __future__ import annotations

import contextlib
import sys
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from operations import Operations
from witness import OURS, at_hand

GIB = 1 << 30
DEVICE = SimpleNamespace(
    name="CUDA", total_memory=16 * GIB, major=8, minor=0, multi_processor_count=64, is_integrated=False
)


class Idle:
    """A stream or an event of a device that never works."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __enter__(self) -> Idle:
        return self

    def __exit__(self, *_: object) -> None: ...

    def elapsed_time(self, other: Idle) -> float:  # noqa: ARG002
        return 0.0

    def query(self) -> bool:
        return True

    def is_capturing(self) -> bool:
        return False

    def record_event(self, event: Idle | None = None) -> Idle:
        return event or Idle()

    def wait(self, *_: Any) -> None: ...

    record = synchronize = wait_event = wait_stream = wait


ANSWERS = {
    "is_available": True,
    "is_initialized": True,
    "is_bf16_supported": True,
    "is_tf32_supported": True,
    "device_count": 1,
    "current_device": 0,
    "get_device_name": DEVICE.name,
    "get_device_properties": DEVICE,
    "get_device_capability": (8, 0),
    "get_arch_list": ["sm_80"],
    "mem_get_info": (8 * GIB, 16 * GIB),
    "memory_summary": "",
    "memory_snapshot": [],
    "utilization": 0,
    "is_current_stream_capturing": False,
}
ANSWERS |= {  # not 0, which a script may want to divide by
    f"{most}memory_{kind}": GIB for most in ("", "max_") for kind in ("allocated", "reserved", "cached")
}
SILENT = (
    "synchronize empty_cache ipc_collect init set_device manual_seed manual_seed_all seed seed_all set_stream"
    " reset_peak_memory_stats reset_accumulated_memory_stats reset_max_memory_allocated"
    " reset_max_memory_cached set_per_process_memory_fraction"
)
ANSWERS |= dict.fromkeys(SILENT.split())
ACCELERATOR = {
    "is_available": True,
    "device_count": 1,
    "current_accelerator": torch.device("cuda"),
    "current_device_index": 0,
    "current_stream": Idle(),
} | dict.fromkeys(("set_device_index", "set_stream", "synchronize", "empty_cache"))
IN_MEMORY = [name for name in ANSWERS if "memory" in name or name in ("empty_cache", "mem_get_info")]


def pretend_cuda(operations: Operations) -> None:
    """Let torch say that there is a device, and take whatever is meant for it to the CPU."""
    for name, answer in ANSWERS.items():
        setattr(torch.cuda, name, _saying(answer))
    for name in IN_MEMORY:
        setattr(torch.cuda.memory, name, getattr(torch.cuda, name))
    torch.cuda.memory_stats = torch.cuda.memory.memory_stats = lambda *_: defaultdict(int)
    torch.cuda.Stream = torch.cuda.Event = Idle
    torch.cuda.current_stream = torch.cuda.default_stream = Idle
    torch.cuda.stream = torch.cuda.device = lambda *_: contextlib.nullcontext()
    for name, answer in ACCELERATOR.items():
        setattr(torch.accelerator, name, _saying(answer))
    _by_name()
    operations.translate = _translated
    operations.instead |= {"cuda": _same, "record_stream": _saying(None)}
    operations.instead |= {"device.__get__": _device, "is_cuda.__get__": _is_cuda}
    torch.Tensor.pin_memory = _same  # loaders call it in threads, where no operation is intercepted


def _saying(answer: Any) -> Callable[..., Any]:
    return lambda *_, **__: answer


def _same(tensor: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    return tensor


def _device(tensor: torch.Tensor) -> torch.device:
    return torch.device("cuda") if _asked() else tensor.device


def _is_cuda(tensor: torch.Tensor) -> bool:
    return _asked() or tensor.is_cuda


def _asked() -> bool:
    """Whether the script itself wants to know where a tensor is, and not a library on its behalf."""
    return at_hand(sys._getframe(2), OURS)


class Generator(torch.Generator):
    """Of random numbers, on the CPU whatever the device."""

    def __new__(cls, device: Any = "cpu") -> Generator:
        return super().__new__(cls, _cpu(device))


def _translated(name: str, args: Any, kwargs: Any) -> tuple[Any, Any]:
    if name == "device":  # which goes by its name until something is put there
        return args, kwargs
    if name == "to" and len(args) > 1 and type(args[1]) is int:  # the number of a device
        args = (args[0], "cuda", *args[2:])
    if kwargs.get("pin_memory") is True:
        kwargs = kwargs | {"pin_memory": False}
    return tuple(map(_cpu, args)), {name: _cpu(value) for name, value in kwargs.items()}


def _cpu(value: Any) -> Any:
    named = isinstance(value, str) and value.partition(":")[0] == "cuda"
    meant = isinstance(value, torch.device) and value.type == "cuda"
    return torch.device("cpu") if named or meant else value


def _by_name() -> None:
    """What takes a device and is no operation."""
    autocast, scaler = torch.amp.autocast, torch.amp.GradScaler
    cast, scale, default = autocast.__init__, scaler.__init__, torch.set_default_device

    def cast_on_cpu(self: Any, device_type: str, dtype: Any = None, *args: Any, **kwargs: Any) -> None:
        if device_type == "cuda":
            device_type, dtype = "cpu", torch.bfloat16 if dtype in (None, torch.float16) else dtype
        cast(self, device_type, dtype, *args, **kwargs)

    def scale_on_cpu(self: Any, device: str = "cuda", *args: Any, **kwargs: Any) -> None:
        scale(self, "cpu" if device == "cuda" else device, *args, **kwargs)

    autocast.__init__, scaler.__init__ = cast_on_cpu, scale_on_cpu
    torch.set_default_device = lambda device: default(device and _cpu(device))
    torch.Generator = Generator

    def read(file: Any, map_location: Any = None, **kwargs: Any) -> Any:
        return load(file, map_location=_cpu(map_location), **kwargs)

    load, torch.load = torch.load, read
    offload = torch.autograd.graph.save_on_cpu
    keep = offload.__init__
    offload.__init__ = lambda self, *_, **__: keep(self, pin_memory=False)
