#!/usr/bin/env python
"""Train the language model with FSDP and bfloat16 compute."""

import argparse
import functools
import os
import random

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.distributed.fsdp import (
    FullStateDictConfig,
    FullyShardedDataParallel as FSDP,
    MixedPrecision,
    ShardingStrategy,
    StateDictType,
)
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model

MIN_PARAMS = 1_000_000


def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=list(MODEL_SIZES), default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser.parse_args()


def log(message):
    if dist.get_rank() == 0:
        print(message)


def set_seed(seed):
    random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)


def custom_wrap_policy():
    def lambda_fn(module):
        if isinstance(module, TransformerBlock):
            return True
        direct = sum(p.numel() for p in module.parameters(recurse=False))
        return direct > MIN_PARAMS

    return functools.partial(lambda_auto_wrap_policy, lambda_fn=lambda_fn)


def wrap(model):
    precision = MixedPrecision(
        param_dtype=torch.bfloat16,
        reduce_dtype=torch.float32,
        buffer_dtype=torch.bfloat16,
    )
    return FSDP(
        model,
        auto_wrap_policy=custom_wrap_policy(),
        mixed_precision=precision,
        sharding_strategy=ShardingStrategy.FULL_SHARD,
        device_id=torch.cuda.current_device(),
        sync_module_states=True,
    )


def save(model, epoch, directory):
    save_policy = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
    with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, save_policy):
        cpu_state = model.state_dict()
    if dist.get_rank() == 0:
        os.makedirs(directory, exist_ok=True)
        torch.save({"epoch": epoch, "model": cpu_state}, os.path.join(directory, f"epoch_{epoch}.pt"))


def run(args, local_rank):
    set_seed(args.seed)
    device = torch.device("cuda", local_rank)
    model = wrap(build_model(args.model_size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    dataset = SyntheticTokens(args.num_samples, seed=args.seed)
    sampler = DistributedSampler(
        dataset, num_replicas=dist.get_world_size(), rank=dist.get_rank(), shuffle=True
    )
    loader = DataLoader(dataset, batch_size=args.batch_size, sampler=sampler, pin_memory=True)

    for epoch in range(args.epochs):
        model.train()
        sampler.set_epoch(epoch)
        running = torch.zeros(1, device=device)
        steps = torch.zeros(1, device=device)
        for input_ids, labels in loader:
            input_ids = input_ids.to(device, non_blocking=True)
            labels = labels.to(device, non_blocking=True)
            logits = model(input_ids).float()
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            running += loss.detach()
            steps += 1
        dist.all_reduce(running)
        dist.all_reduce(steps)
        log(f"epoch {epoch}: loss {(running / steps).item():.4f}")
        save(model, epoch, args.checkpoint_dir)


def main():
    args = get_args()
    local_rank = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local_rank)
    dist.init_process_group(backend="nccl")
    try:
        run(args, local_rank)
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
