"""Sharded training: one process per GPU, started by torchrun."""

from __future__ import annotations

import argparse
import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Iterator

import torch
from torch import distributed, nn, optim
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
from torch.distributed.fsdp import api
from torch.distributed.fsdp import wrap as wrapping
from torch.nn import functional
from torch.utils import data

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, TransformerLM, build_model


@dataclass(frozen=True)
class World:
    rank: int
    size: int
    device: torch.device

    @property
    def chief(self) -> bool:
        return self.rank == 0


@contextmanager
def process_group() -> Iterator[World]:
    """Joins the group on entry and leaves it on exit, whatever happens in between."""
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)
    distributed.init_process_group("nccl", device_id=device)
    try:
        yield World(distributed.get_rank(), distributed.get_world_size(), device)
    finally:
        distributed.destroy_process_group()


def large_by_itself(module: nn.Module, bound: int = 10**6) -> bool:
    return sum(map(torch.numel, module.parameters(recurse=False))) > bound


def unit(module: nn.Module) -> bool:
    return isinstance(module, TransformerBlock) or large_by_itself(module)


def sharded(model: TransformerLM, world: World) -> FSDP:
    policy = partial(wrapping.lambda_auto_wrap_policy, lambda_fn=unit)
    return FSDP(model, auto_wrap_policy=policy, device_id=world.device, use_orig_params=True)


def full_state(model: FSDP) -> dict:
    """The whole state on rank 0, nothing elsewhere. All ranks take part."""
    config = api.FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
    with FSDP.state_dict_type(model, api.StateDictType.FULL_STATE_DICT, config):
        return model.state_dict()


def epoch_loss(model: FSDP, loader: data.DataLoader, optimizer: optim.Optimizer, world: World) -> float:
    model.train()
    seen = []
    for batch in loader:
        input_ids, labels = (tensor.to(world.device) for tensor in batch)
        loss = functional.cross_entropy(model(input_ids).transpose(1, 2), labels)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        seen.append(loss.item())
    mean = torch.tensor(sum(seen) / len(seen), device=world.device)
    distributed.all_reduce(mean)
    return mean.item() / world.size


def train(options: argparse.Namespace, world: World) -> None:
    torch.manual_seed(options.seed)
    model = sharded(build_model(options.model_size), world)
    optimizer = optim.AdamW(model.parameters(), lr=options.lr)
    samples = SyntheticTokens(options.num_samples, options.seed)
    sampler = data.DistributedSampler(samples, num_replicas=world.size, rank=world.rank)
    loader = data.DataLoader(samples, options.batch_size, sampler=sampler)
    for epoch in range(1, options.epochs + 1):
        sampler.set_epoch(epoch)
        loss = epoch_loss(model, loader, optimizer, world)
        state = full_state(model)
        if world.chief:
            print(f"epoch {epoch}: loss {loss:.4f}")
            os.makedirs(options.checkpoint_dir, exist_ok=True)
            torch.save({"epoch": epoch, "model": state}, os.path.join(options.checkpoint_dir, f"{epoch:03}.pt"))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8, help="of each device")
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser.parse_args()


if __name__ == "__main__":
    arguments = parse()
    with process_group() as here:
        train(arguments, here)
