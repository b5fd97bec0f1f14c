"""The process group: gloo where NCCL is asked for, and what the script does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from place import HOST, by_script, lines, place, tensors
from pretended import Devices
from torch.distributed import distributed_c10d as c10d

COLLECTIVES = (
    *("all_reduce", "reduce", "broadcast", "all_gather", "gather", "scatter", "reduce_scatter"),
    *("all_gather_into_tensor", "reduce_scatter_tensor", "all_to_all", "all_to_all_single"),
    *("send", "recv", "isend", "irecv"),
)


def watch_group(note: Callable[..., None], devices: Devices) -> None:
    init, destroy, new_group, barrier = (
        dist.init_process_group,
        dist.destroy_process_group,
        dist.new_group,
        dist.barrier,
    )

    def init_process_group(backend: Any = None, *args: Any, **kwargs: Any) -> None:
        device = kwargs.pop("device_id", None)
        kwargs.pop("pg_options", None)
        note("init", backend=str(backend), current=devices.current, lines=lines())
        if device is not None:
            devices.named(device, "init_process_group")
        init("gloo", *args, **kwargs)
        note("joined", rank=dist.get_rank(), world=dist.get_world_size())

    def destroy_process_group(*args: Any, **kwargs: Any) -> None:
        destroy(*args, **kwargs)
        if not args and not kwargs:
            note("destroyed", lines=lines())

    def group(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("backend", None)
        return new_group(*args, **kwargs)

    def wait(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("device_ids", None)
        return barrier(*args, **kwargs)

    _watch_ddp(devices)
    replaced = {
        "init_process_group": init_process_group,
        "destroy_process_group": destroy_process_group,
        "new_group": group,
        "barrier": wait,
        "get_backend": lambda *_, **__: "nccl",
        "is_nccl_available": lambda: True,
    }
    replaced |= {name: _collective(getattr(dist, name), name, note) for name in COLLECTIVES}
    for name, function in replaced.items():
        setattr(dist, name, function)
        setattr(c10d, name, function)


def _watch_ddp(devices: Devices) -> None:
    """DistributedDataParallel, which takes no numbers of devices on a CPU."""
    own = torch.nn.parallel.DistributedDataParallel.__init__

    def init(self: Any, module: Any, device_ids: Any = None, *_: Any, **kwargs: Any) -> None:
        kwargs.pop("output_device", None)
        for device in device_ids or ():
            devices.named(device, "DistributedDataParallel")
        own(self, module, **kwargs)

    torch.nn.parallel.DistributedDataParallel.__init__ = init


def _collective(own: Callable[..., Any], name: str, note: Callable[..., None]) -> Callable[..., Any]:
    def collective(*args: Any, **kwargs: Any) -> Any:
        if by_script(1) and any(place(one) == HOST for one in tensors([*args, *kwargs.values()])):
            note("fault", what="host collective", how=name, lines=lines())
        if not any(map(_average, (*args, *kwargs.values()))):
            return own(*args, **kwargs)
        args = tuple(dist.ReduceOp.SUM if _average(value) else value for value in args)
        kwargs = {key: dist.ReduceOp.SUM if _average(value) else value for key, value in kwargs.items()}
        work = own(*args, **kwargs)
        for tensor in tensors(args[:1] or list(kwargs.values())):
            with torch.no_grad():
                if work is not None:
                    work.wait()
                tensor.div_(dist.get_world_size())
        return work

    return collective


def _average(value: Any) -> bool:
    """Whether this is the one operation that gloo does not have; True is equal to it as well."""
    return not isinstance(value, torch.Tensor | int) and value == dist.ReduceOp.AVG
