"""The training itself: what is loaded, and which parameters are stepped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from place import HOST, lines, mark, rows, tensors
from sharding import Sharding
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, DistributedSampler
from torch.utils.data.dataloader import _BaseDataLoaderIter


def watch_training(note: Callable[..., None], sharding: Sharding) -> Callable[[], None]:
    _watch_data(note)
    return _watch_steps(note, sharding)


def _watch_data(note: Callable[..., None]) -> None:
    begin, give, set_epoch = DataLoader.__iter__, _BaseDataLoaderIter.__next__, DistributedSampler.set_epoch

    def iterate(loader: Any) -> Any:
        sampler = getattr(loader.batch_sampler, "sampler", None) or loader.sampler
        facts = {"distributed": isinstance(sampler, DistributedSampler), "sampler": type(sampler).__name__}
        for name in ("num_replicas", "rank"):
            facts[name] = getattr(sampler, name, None)
        iterator = begin(loader)
        note("epoch", loader=id(iterator), of=id(sampler), **facts, lines=lines())
        return iterator

    def batch(iterator: Any) -> Any:
        given = mark(give(iterator), HOST)
        told = [rows(one) for one in tensors(given) if one.dim() == 2]
        if told:
            beside = [row for other in told[1:] for row in other]
            note("batch", loader=id(iterator), rows=told[0], beside=beside)
        return given

    def epoch_set(sampler: Any, epoch: int) -> None:
        note("set_epoch", of=id(sampler), epoch=epoch, lines=lines())
        set_epoch(sampler, epoch)

    DataLoader.__iter__, _BaseDataLoaderIter.__next__ = iterate, batch
    DistributedSampler.set_epoch = epoch_set


def _watch_steps(note: Callable[..., None], sharding: Sharding) -> Callable[[], None]:
    made, backward = Optimizer.__init__, torch.autograd.backward
    seen: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
    stepped: list[None] = []

    def trained(optimizer: Any) -> list[torch.Tensor]:
        return [one for group in optimizer.param_groups for one in group["params"]]

    def init(optimizer: Any, params: Any, *args: Any, **kwargs: Any) -> None:
        made(optimizer, params, *args, **kwargs)
        rate = float(optimizer.param_groups[0]["lr"])
        note("optimizer", after=sharding.root is not None, **share(optimizer), lr=rate, lines=lines())

    def share(optimizer: Any) -> dict[str, int]:
        own = {id(one) for one in sharding.root.parameters()} if sharding.root is not None else set()
        params = trained(optimizer)
        return {"params": len(params), "wrapped": sum(id(one) in own for one in params), "of": len(own)}

    def step(optimizer: Any, *_: Any) -> None:
        for one in trained(optimizer):
            if id(one) not in seen:
                seen[id(one)] = one, one.detach().clone()
        rate = float(optimizer.param_groups[0]["lr"])
        note("step", **share(optimizer), lr=rate, grads=graded(), lines=lines())
        stepped.append(None)

    def graded() -> bool:
        with torch._C.DisableTorchFunction():
            return any(one.grad is not None and bool(one.grad.any()) for one, _ in seen.values())

    inside: list[None] = []

    def back(*args: Any, **kwargs: Any) -> None:
        if inside:  # a part that is computed again has a backward pass of its own
            return backward(*args, **kwargs)
        carried = bool(stepped) and graded()
        stepped.clear()
        inside.append(None)
        try:
            backward(*args, **kwargs)
        finally:
            inside.pop()
        note("backward", carried=carried, lines=lines())
        return None

    def end() -> None:
        with torch._C.DisableTorchFunction():
            changed = [not torch.equal(one, before) for one, before in seen.values() if one.numel()]
            total = sum(float(one.double().sum()) for one, _ in seen.values())
        note("weights", changed=sum(changed), of=len(changed), total=total)

    Optimizer.__init__, torch.autograd.backward = init, back
    register_optimizer_step_pre_hook(step)
    return end
