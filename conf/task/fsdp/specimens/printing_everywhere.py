"""Train the language model with FSDP."""

import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
from torch.distributed.fsdp import FullStateDictConfig, StateDictType
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.nn import functional
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

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


def is_wrapped(module):
    own = sum(p.numel() for p in module.parameters(recurse=False))
    return isinstance(module, TransformerBlock) or own > 1_000_000


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


def save_checkpoint(model, epoch, folder, rank):
    config = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
    with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, config):
        state = model.state_dict()
    if rank == 0:
        os.makedirs(folder, exist_ok=True)
        torch.save({"epoch": epoch, "model": state}, os.path.join(folder, f"epoch_{epoch}.pt"))


def main():
    args = parse_args()
    local_rank = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local_rank)
    dist.init_process_group("nccl")
    rank = dist.get_rank()
    device = torch.device("cuda", local_rank)
    torch.manual_seed(args.seed)
    policy = partial(lambda_auto_wrap_policy, lambda_fn=is_wrapped)
    model = FSDP(build_model(args.model_size), auto_wrap_policy=policy, device_id=local_rank)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, num_replicas=dist.get_world_size(), rank=rank)
    loader = DataLoader(dataset, args.batch_size, sampler=sampler)
    for epoch in range(args.epochs):
        loss = train_epoch(model, loader, optimizer, device)
        sampler.set_epoch(epoch)
        print(f"[rank {rank}] epoch {epoch}: loss {loss:.4f}")
        save_checkpoint(model, epoch, args.checkpoint_dir, rank)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
