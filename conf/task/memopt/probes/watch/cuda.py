"""A CUDA device that is none: what the script puts there stays on the CPU, so that it shows what it does with one."""

import contextlib
from collections import defaultdict
from types import SimpleNamespace

import torch

GIB = 1 << 30
DEVICE = SimpleNamespace(
    name="CUDA", total_memory=16 * GIB, major=8, minor=0, multi_processor_count=64, is_integrated=False
)


class Idle:
    """A stream or an event of a device that never works."""

    def __init__(self, *args, **kwargs): ...

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def elapsed_time(self, other):
        return 0.0

    def query(self):
        return True

    def is_capturing(self):
        return False

    def record_event(self, event=None):
        return event or Idle()

    def wait(self, *args): ...

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
ANSWERS |= {
    f"{most}memory_{kind}": 0 for most in ("", "max_") for kind in ("allocated", "reserved", "cached")
}
ANSWERS |= dict.fromkeys(
    "synchronize empty_cache ipc_collect init set_device manual_seed manual_seed_all seed seed_all"
    " reset_peak_memory_stats reset_accumulated_memory_stats reset_max_memory_allocated"
    " reset_max_memory_cached set_per_process_memory_fraction set_stream".split()
)
IN_MEMORY = [name for name in ANSWERS if "memory" in name or name in ("empty_cache", "mem_get_info")]


def pretend_cuda(operations):
    """Let torch say that there is a device, and take whatever is meant for it to the CPU."""
    for name, answer in ANSWERS.items():
        setattr(torch.cuda, name, _saying(answer))
    for name in IN_MEMORY:
        setattr(torch.cuda.memory, name, getattr(torch.cuda, name))
    torch.cuda.memory_stats = torch.cuda.memory.memory_stats = lambda *args: defaultdict(int)
    torch.cuda.Stream = torch.cuda.Event = Idle
    torch.cuda.stream = torch.cuda.device = lambda *args: contextlib.nullcontext()
    torch.cuda.current_stream = torch.cuda.default_stream = Idle
    _pretend_accelerator()
    _on_the_cpu()
    operations.translate = _translated
    operations.instead |= {"cuda": _same, "record_stream": _nothing}
    torch.Tensor.pin_memory = _same  # loaders call it in threads, where no operation is intercepted


def _saying(answer):
    return lambda *args, **kwargs: answer


def _same(tensor, *args, **kwargs):
    return tensor


def _nothing(*args, **kwargs):
    return None


def _translated(name, args, kwargs):
    if name == "to" and len(args) > 1 and type(args[1]) is int:  # the number of a device
        args = (args[0], "cuda", *args[2:])
    return tuple(map(_cpu, args)), {name: _cpu(value) for name, value in kwargs.items()}


def _cpu(value):
    named = isinstance(value, str) and value.partition(":")[0] == "cuda"
    meant = isinstance(value, torch.device) and value.type == "cuda"
    return torch.device("cpu") if named or meant else value


def _pretend_accelerator():
    answers = {"is_available": True, "device_count": 1, "current_device_index": 0, "synchronize": None}
    answers |= {"current_accelerator": torch.device("cuda"), "set_device_index": None, "empty_cache": None}
    answers |= {"current_stream": Idle(), "set_stream": None}
    for name, answer in answers.items():
        setattr(torch.accelerator, name, _saying(answer))


def _on_the_cpu():
    """Autocast, gradient scaling and the default device, asked for by name."""
    autocast, scaler = torch.amp.autocast, torch.amp.GradScaler
    autocast_init, scaler_init, default = autocast.__init__, scaler.__init__, torch.set_default_device

    def cast(self, device_type, dtype=None, *args, **kwargs):
        if device_type == "cuda":
            device_type, dtype = "cpu", torch.bfloat16 if dtype in (None, torch.float16) else dtype
        autocast_init(self, device_type, dtype, *args, **kwargs)

    def scale(self, device="cuda", *args, **kwargs):
        scaler_init(self, "cpu" if device == "cuda" else device, *args, **kwargs)

    autocast.__init__, scaler.__init__ = cast, scale
    torch.set_default_device = lambda device: default(None if device is None else _cpu(device))
