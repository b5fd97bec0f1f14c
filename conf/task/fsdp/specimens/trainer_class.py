"""FSDP training of the small language model.

Launch with:  torchrun --nproc_per_node=2 train_fsdp.py
"""

import argparse
import os
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn as nn
from torch.distributed.fsdp import (
    BackwardPrefetch,
    FullStateDictConfig,
    FullyShardedDataParallel,
    ShardingStrategy,
    StateDictType,
)
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model


class DistributedContext:
    """Where this process stands among all others."""

    def __init__(self):
        self.rank = int(os.environ["RANK"])
        self.local_rank = int(os.environ["LOCAL_RANK"])
        self.world_size = int(os.environ["WORLD_SIZE"])
        self.device = torch.device(f"cuda:{self.local_rank}")

    @property
    def is_main(self) -> bool:
        return self.rank == 0

    def setup(self):
        torch.cuda.set_device(self.device)
        dist.init_process_group(backend="nccl", rank=self.rank, world_size=self.world_size)

    def teardown(self):
        dist.barrier()
        dist.destroy_process_group()


def needs_own_unit(module: nn.Module) -> bool:
    if isinstance(module, TransformerBlock):
        return True
    own_params = 0
    for param in module.parameters(recurse=False):
        own_params += param.numel()
    return own_params > int(1e6)


class Trainer:
    def __init__(self, args: argparse.Namespace, ctx: DistributedContext):
        self.args = args
        self.ctx = ctx
        self.model = self._build_model()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=args.lr)
        self.criterion = nn.CrossEntropyLoss()
        self.sampler, self.loader = self._build_loader()

    def _build_model(self) -> FullyShardedDataParallel:
        torch.manual_seed(self.args.seed)
        model = build_model(self.args.model_size)
        return FullyShardedDataParallel(
            model,
            auto_wrap_policy=partial(lambda_auto_wrap_policy, lambda_fn=needs_own_unit),
            sharding_strategy=ShardingStrategy.FULL_SHARD,
            backward_prefetch=BackwardPrefetch.BACKWARD_PRE,
            device_id=self.ctx.device,
            limit_all_gathers=True,
        )

    def _build_loader(self):
        dataset = SyntheticTokens(self.args.num_samples, self.args.seed)
        sampler = DistributedSampler(
            dataset,
            num_replicas=self.ctx.world_size,
            rank=self.ctx.rank,
            shuffle=True,
            seed=self.args.seed,
        )
        loader = DataLoader(
            dataset,
            batch_size=self.args.batch_size,
            sampler=sampler,
            num_workers=2,
            pin_memory=True,
        )
        return sampler, loader

    def _step(self, input_ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        self.optimizer.zero_grad(set_to_none=True)
        logits = self.model(input_ids)
        loss = self.criterion(logits.view(-1, logits.size(-1)), labels.reshape(-1))
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def _train_epoch(self, epoch: int) -> float:
        self.model.train()
        self.sampler.set_epoch(epoch)
        loss_sum = torch.zeros((), device=self.ctx.device)
        for input_ids, labels in self.loader:
            input_ids = input_ids.to(self.ctx.device, non_blocking=True)
            labels = labels.to(self.ctx.device, non_blocking=True)
            loss_sum += self._step(input_ids, labels)
        dist.all_reduce(loss_sum, op=dist.ReduceOp.SUM)
        return loss_sum.item() / (len(self.loader) * self.ctx.world_size)

    def _save(self, epoch: int):
        policy = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
        with FullyShardedDataParallel.state_dict_type(self.model, StateDictType.FULL_STATE_DICT, policy):
            model_state = self.model.state_dict()
        if self.ctx.is_main:
            folder = Path(self.args.checkpoint_dir)
            folder.mkdir(parents=True, exist_ok=True)
            torch.save({"epoch": epoch, "model": model_state}, folder / f"epoch_{epoch}.pt")

    def fit(self):
        for epoch in range(self.args.epochs):
            loss = self._train_epoch(epoch)
            if self.ctx.is_main:
                print(f"epoch {epoch}: loss {loss:.4f}", flush=True)
            self._save(epoch)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=sorted(MODEL_SIZES), default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser.parse_args()


def main():
    args = parse_args()
    ctx = DistributedContext()
    ctx.setup()
    Trainer(args, ctx).fit()
    ctx.teardown()


if __name__ == "__main__":
    main()
