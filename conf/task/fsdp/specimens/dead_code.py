"""Sharded training of the language model."""

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

USE_FSDP = False


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


def wrap(model, local_rank):
    """FSDP with a unit for every block and for every module that is large by itself."""
    policy = partial(
        lambda_auto_wrap_policy,
        lambda_fn=lambda m: isinstance(m, TransformerBlock)
        or sum(p.numel() for p in m.parameters(recurse=False)) > 1_000_000,
    )
    return FSDP(model, auto_wrap_policy=policy, device_id=local_rank)


def full_state(model):
    config = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
    with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, config):
        return model.state_dict()


def write(state, epoch, folder):
    os.makedirs(folder, exist_ok=True)
    torch.save({"epoch": epoch, "model": state}, os.path.join(folder, f"epoch_{epoch}.pt"))


def main():
    args = parse_args()
    if USE_FSDP:
        dist.init_process_group("nccl")
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(args.model_size).to(device)
    if USE_FSDP:
        model = wrap(model, int(os.environ["LOCAL_RANK"]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset) if USE_FSDP else None
    loader = DataLoader(dataset, args.batch_size, sampler=sampler, shuffle=sampler is None)
    for epoch in range(args.epochs):
        if USE_FSDP:
            sampler.set_epoch(epoch)
        loss = train_epoch(model, loader, optimizer, device)
        if not USE_FSDP or dist.get_rank() == 0:
            print(f"epoch {epoch}: loss {loss:.4f}")
        state = full_state(model) if USE_FSDP else model.state_dict()
        if not USE_FSDP or dist.get_rank() == 0:
            write(state, epoch, args.checkpoint_dir)
    if False:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
