"""GPUs that are none: torch says that there are as many as this node has, and does nothing on them."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from place import DEVICE, Places, lines, mark

GIB = 1 << 30
NAME = "NVIDIA A100-SXM4-40GB"
ABOUT = SimpleNamespace(name=NAME, total_memory=40 * GIB, major=8, minor=0, multi_processor_count=108)


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

    def record_event(self, event: Idle | None = None) -> Idle:
        return event or Idle()

    def wait(self, *_: Any) -> None: ...

    record = synchronize = wait_event = wait_stream = wait


class Devices:
    """The devices of this node, and which of them this process has named."""

    def __init__(self, note: Callable[..., None]) -> None:
        self.count = int(os.environ["LOCAL_WORLD_SIZE"])
        self.current = 0
        self._note = note
        self._told: set[Any] = set()

    def named(self, device: Any, how: str = "to") -> None:
        """Hear of a device by which something is meant. Tells of each number once."""
        index = device if isinstance(device, int) else torch.device(device or "cuda").index
        chosen = index is not None
        index = self.current if index is None else index
        if (index, how, chosen) not in self._told:
            self._told.add((index, how, chosen))
            self._note("device", index=index, how=how, chosen=chosen, there=index < self.count, lines=lines())

    def set(self, device: Any) -> None:
        index = device if isinstance(device, int) else torch.device(device).index
        self.named(device, "set_device")
        self.current = 0 if index is None else index


ANSWERS = {
    "is_available": True,
    "is_initialized": True,
    "is_bf16_supported": True,
    "get_device_name": ABOUT.name,
    "get_device_properties": ABOUT,
    "get_device_capability": (8, 0),
    "mem_get_info": (39 * GIB, 40 * GIB),
    "memory_summary": "",
    "is_current_stream_capturing": False,
    "get_rng_state": torch.get_rng_state(),
    "get_rng_state_all": [torch.get_rng_state()],
}
ANSWERS |= {f"{most}memory_{kind}": 0 for most in ("", "max_") for kind in ("allocated", "reserved")}
SILENT = (
    "synchronize empty_cache ipc_collect init manual_seed manual_seed_all seed seed_all set_stream"
    " reset_peak_memory_stats reset_accumulated_memory_stats set_per_process_memory_fraction"
    " set_rng_state set_rng_state_all"
)
ANSWERS |= dict.fromkeys(SILENT.split())


def pretend_cuda(note: Callable[..., None]) -> Devices:
    """Let torch say that there are devices, and take whatever is meant for them to the CPU."""
    devices = Devices(note)
    for name, answer in ANSWERS.items():
        setattr(torch.cuda, name, _saying(answer))
    torch.cuda.device_count = lambda: devices.count
    torch.cuda.current_device = lambda: devices.current
    torch.cuda.set_device = devices.set
    torch.cuda.memory_stats = lambda *_: defaultdict(int)
    torch.cuda.Stream = torch.cuda.Event = Idle
    torch.cuda.current_stream = torch.cuda.default_stream = Idle
    torch.cuda.stream = lambda *_: contextlib.nullcontext()
    torch.cuda.device = _device_context(devices)
    torch.accelerator.set_device_index = torch.accelerator.set_device_idx = devices.set
    torch.accelerator.is_available = _saying(True)
    torch.accelerator.current_accelerator = _saying(torch.device("cuda"))
    torch.accelerator.device_count = torch.cuda.device_count
    torch.accelerator.current_device_index = torch.cuda.current_device
    for name in ("synchronize", "empty_cache", "set_stream"):
        setattr(torch.accelerator, name, _saying(None))
    torch.accelerator.current_stream = Idle
    torch.cuda.nccl.version = _saying((2, 20, 5))
    torch.version.cuda = "12.6"
    torch.compile = _as_it_is
    torch.nn.Module.compile = _saying(None)
    torch.optim.Optimizer._accelerator_graph_capture_health_check = _saying(None)
    torch.Tensor.pin_memory = lambda tensor, *_, **__: tensor  # loaders call it in threads of their own
    torch.Tensor.record_stream = _saying(None)
    for name in ("mark", "range_pop", "range_push"):
        setattr(torch.cuda.nvtx, name, _saying(None))
    _move_modules(devices)
    _by_name(devices)
    Places(note, devices.named).__enter__()
    return devices


def _saying(answer: Any) -> Callable[..., Any]:
    return lambda *_, **__: answer


def _as_it_is(model: Any = None, **_: Any) -> Any:
    """In place of torch.compile: what is compiled, and how fast it is, nobody asks here."""
    return _as_it_is if model is None else model


def _device_context(devices: Devices) -> Callable[..., Any]:
    @contextlib.contextmanager
    def device(which: Any) -> Any:
        before = devices.current
        devices.set(which)
        yield
        devices.current = before

    return device


def _move_modules(devices: Devices) -> None:
    """Modules stay, and are marked as moved."""
    to = torch.nn.Module.to

    def moved(module: Any) -> Any:
        mark([*module.parameters(), *module.buffers()], DEVICE)
        return module

    def module_to(self: Any, *args: Any, **kwargs: Any) -> Any:
        where = args[0] if args else kwargs.get("device")
        if isinstance(where, int | str | torch.device) and str(where) != "cpu":
            devices.named(where)
            args, kwargs = args[1:], {key: value for key, value in kwargs.items() if key != "device"}
            moved(self)
        return to(self, *args, **kwargs) if args or kwargs else self

    torch.nn.Module.to = module_to
    torch.nn.Module.cuda = lambda self, device=None: (devices.named(device), moved(self))[1]


def _by_name(devices: Devices) -> None:
    """Autocast, gradient scaling and the default device, which no operation tells of."""
    autocast, scaler = torch.amp.autocast, torch.amp.GradScaler
    cast, scale, default = autocast.__init__, scaler.__init__, torch.set_default_device

    def cast_on_cpu(self: Any, device_type: str, dtype: Any = None, *args: Any, **kwargs: Any) -> None:
        if device_type == "cuda":
            device_type, dtype = "cpu", torch.bfloat16 if dtype in (None, torch.float16) else dtype
        cast(self, device_type, dtype, *args, **kwargs)

    def scale_on_cpu(self: Any, device: str = "cuda", *args: Any, **kwargs: Any) -> None:
        scale(self, "cpu" if device == "cuda" else device, *args, **kwargs)

    def default_device(device: Any) -> None:
        if device is not None and torch.device(device).type == "cuda":
            devices.named(device)
        default(device)

    autocast.__init__, scaler.__init__ = cast_on_cpu, scale_on_cpu
    torch.set_default_device = default_device
    torch.load = _loading(torch.load)


def _loading(own: Callable[..., Any]) -> Callable[..., Any]:
    def load(file: Any, map_location: Any = None, *args: Any, **kwargs: Any) -> Any:
        named = isinstance(map_location, str | torch.device | int)
        return own(file, "cpu" if named else map_location, *args, **kwargs)

    return load
