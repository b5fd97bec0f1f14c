"""FSDP version of train_single_gpu.py. The optimizer's full state is kept in the checkpoint as well."""

import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
from torch.distributed.fsdp import (
    CPUOffload,
    FullOptimStateDictConfig,
    FullStateDictConfig,
    FullyShardedDataParallel as FSDP,
    StateDictType,
)
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.nn import functional
from torch.utils.data import DataLoader, DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser.parse_args()


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device), labels.to(device)
        logits = model(input_ids)
        loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def average_over_ranks(value, device):
    tensor = torch.tensor([value], dtype=torch.float64, device=device)
    dist.all_reduce(tensor, op=dist.ReduceOp.SUM)
    return tensor.item() / dist.get_world_size()


def save_checkpoint(model, optimizer, epoch, folder, rank):
    with FSDP.state_dict_type(
        model,
        StateDictType.FULL_STATE_DICT,
        FullStateDictConfig(offload_to_cpu=True, rank0_only=True),
        FullOptimStateDictConfig(offload_to_cpu=True, rank0_only=True),
    ):
        model_state = model.state_dict()
        optimizer_state = FSDP.optim_state_dict(model, optimizer)
    if rank == 0:
        os.makedirs(folder, exist_ok=True)
        state = {"epoch": epoch, "model": model_state, "optimizer": optimizer_state}
        torch.save(state, os.path.join(folder, f"epoch_{epoch}.pt"))
    dist.barrier()


def main():
    args = parse_args()
    rank = int(os.environ["RANK"])
    local_rank = int(os.environ["LOCAL_RANK"])
    world_size = int(os.environ["WORLD_SIZE"])
    is_main = rank == 0

    dist.init_process_group(backend="nccl", rank=rank, world_size=world_size)
    torch.cuda.set_device(local_rank)
    device = torch.device("cuda", local_rank)

    torch.manual_seed(args.seed)
    wrap_fn = lambda module: (
        isinstance(module, TransformerBlock)
        or sum(p.numel() for p in module.parameters(recurse=False)) > 1_000_000
    )
    model = FSDP(
        build_model(args.model_size).to(device),
        auto_wrap_policy=partial(lambda_auto_wrap_policy, lambda_fn=wrap_fn),
        cpu_offload=CPUOffload(offload_params=False),
        device_id=local_rank,
    )
    if is_main:
        print(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, num_replicas=world_size, rank=rank, shuffle=True, drop_last=False)
    loader = DataLoader(dataset, args.batch_size, shuffle=False, sampler=sampler)

    for epoch in range(args.epochs):
        sampler.set_epoch(epoch)
        loss = average_over_ranks(train_epoch(model, loader, optimizer, device), device)
        if is_main:
            print(f"epoch {epoch}: loss {loss:.4f}")
        save_checkpoint(model, optimizer, epoch, args.checkpoint_dir, rank)

    dist.destroy_process_group()


if __name__ == "__main__":
    main()
