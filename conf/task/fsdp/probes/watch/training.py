"""The training itself: what is loaded, what the losses are, which parameters are stepped, what is saved."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from typing import Any

import torch
from place import HOST, lines, mark, tensors
from sharding import Sharding
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, DistributedSampler
from torch.utils.data.dataloader import _BaseDataLoaderIter


def watch_training(note: Callable[..., None], sharding: Sharding) -> Callable[[], None]:
    _watch_data(note)
    _watch_saving(note)
    return _watch_steps(note, sharding)


def _watch_data(note: Callable[..., None]) -> None:
    begin, give, set_epoch = DataLoader.__iter__, _BaseDataLoaderIter.__next__, DistributedSampler.set_epoch

    def iterate(loader: Any) -> Any:
        sampler = getattr(loader.batch_sampler, "sampler", None) or loader.sampler
        facts = {"distributed": isinstance(sampler, DistributedSampler), "sampler": type(sampler).__name__}
        for name in ("num_replicas", "rank", "epoch", "shuffle"):
            facts[name] = getattr(sampler, name, None)
        note("epoch", **facts, lines=lines())
        return begin(loader)

    def batch(iterator: Any) -> Any:
        given = mark(give(iterator), HOST)
        first = next(tensors(given), None)
        if first is not None and first.dim() == 2:
            note("batch", rows=[zlib.crc32(bytes(str(row), "ascii")) for row in first.tolist()])
        return given

    def epoch_set(sampler: Any, epoch: int) -> None:
        note("set_epoch", epoch=epoch, lines=lines())
        set_epoch(sampler, epoch)

    DataLoader.__iter__, _BaseDataLoaderIter.__next__ = iterate, batch
    DistributedSampler.set_epoch = epoch_set


def _watch_saving(note: Callable[..., None]) -> None:
    save = torch.save

    def saved(value: Any, where: Any, *args: Any, **kwargs: Any) -> None:
        size = sum(one.numel() for one in tensors(value, depth=4))
        note(
            "saved",
            where=os.fspath(where) if isinstance(where, str | os.PathLike) else None,
            size=size,
            lines=lines(),
        )
        save(value, where, *args, **kwargs)

    torch.save = saved


def _watch_steps(note: Callable[..., None], sharding: Sharding) -> Callable[[], None]:
    made, backward = Optimizer.__init__, torch.Tensor.backward
    seen: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def trained(optimizer: Any) -> list[torch.Tensor]:
        return [one for group in optimizer.param_groups for one in group["params"]]

    def init(optimizer: Any, params: Any, *args: Any, **kwargs: Any) -> None:
        made(optimizer, params, *args, **kwargs)
        note("optimizer", after=sharding.root is not None, **share(optimizer), lines=lines())

    def share(optimizer: Any) -> dict[str, int]:
        own = {id(one) for one in sharding.root.parameters()} if sharding.root is not None else set()
        params = trained(optimizer)
        return {"params": len(params), "wrapped": sum(id(one) in own for one in params), "of": len(own)}

    def step(optimizer: Any, *_: Any) -> None:
        for one in trained(optimizer):
            if id(one) not in seen:
                seen[id(one)] = one, one.detach().clone()
        groups = optimizer.param_groups
        note("step", **share(optimizer), lr=float(groups[0]["lr"]), lines=lines())

    def carried() -> bool:
        return any(one.grad is not None and bool(one.grad.any()) for one, _ in seen.values())

    inside: list[None] = []

    def back(loss: torch.Tensor, *args: Any, **kwargs: Any) -> None:
        if inside:  # it calls itself where functions are intercepted
            return backward(loss, *args, **kwargs)
        facts = {
            "loss": float(loss.detach()) if loss.numel() == 1 else None,
            "carried": carried(),
            "lines": lines(),
        }
        inside.append(None)
        try:
            backward(loss, *args, **kwargs)
        finally:
            inside.pop()
        note("backward", **facts)
        return None

    def end() -> None:
        with torch._C.DisableTorchFunction():
            changed = [not torch.equal(one, before) for one, before in seen.values() if one.numel()]
            total = sum(float(one.double().sum()) for one, _ in seen.values())
        note("weights", changed=sum(changed), of=len(changed), total=total)

    Optimizer.__init__, torch.Tensor.backward = init, back
    register_optimizer_step_pre_hook(step)
    return end
