"""Language model training, sharded with FSDP over all GPUs of the job."""

import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
from torch.distributed.fsdp import FullStateDictConfig, FullyShardedDataParallel, ShardingStrategy, StateDictType
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
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


def wrap_or_not(module):
    return isinstance(module, TransformerBlock) or sum(
        parameter.numel() for parameter in module.parameters(recurse=False)
    ) > 1_000_000


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = torch.zeros(1, device=device)
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device), labels.to(device)
        logits = model(input_ids)
        loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.detach()
    dist.all_reduce(total, op=dist.ReduceOp.AVG)
    return total.item() / len(loader)


def save_checkpoint(model, epoch, folder, rank):
    config = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
    with FullyShardedDataParallel.state_dict_type(model, StateDictType.FULL_STATE_DICT, config):
        state = model.state_dict()
    if rank == 0:
        os.makedirs(folder, exist_ok=True)
        torch.save({"epoch": epoch, "model": state}, os.path.join(folder, f"epoch_{epoch}.pt"))
    dist.barrier()


def main():
    args = parse_args()
    rank, local_rank = int(os.environ["RANK"]), int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local_rank)
    dist.init_process_group("nccl")
    device = torch.device("cuda", local_rank)
    torch.manual_seed(args.seed)
    model = FullyShardedDataParallel(
        build_model(args.model_size),
        auto_wrap_policy=partial(lambda_auto_wrap_policy, lambda_fn=wrap_or_not),
        sharding_strategy=ShardingStrategy.SHARD_GRAD_OP,
        device_id=device,
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, shuffle=True)
    loader = DataLoader(dataset, args.batch_size, sampler=sampler)
    for epoch in range(args.epochs):
        sampler.set_epoch(epoch)
        loss = train_epoch(model, loader, optimizer, device)
        if rank == 0:
            print(f"epoch {epoch}: loss {loss:.4f}")
        save_checkpoint(model, epoch, args.checkpoint_dir, rank)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
