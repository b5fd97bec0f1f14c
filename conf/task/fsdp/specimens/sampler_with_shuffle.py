import argparse
import functools
import os

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.distributed.fsdp import (
    FullStateDictConfig,
    FullyShardedDataParallel as FSDP,
    StateDictType,
)
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model


def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser.parse_args()


def setup():
    local_rank = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local_rank)
    dist.init_process_group(backend="nccl")
    return dist.get_rank(), local_rank, dist.get_world_size()


def get_policy():
    def check(module):
        own = sum(p.numel() for p in module.parameters(recurse=False))
        return isinstance(module, TransformerBlock) or own > 1_000_000

    return functools.partial(lambda_auto_wrap_policy, lambda_fn=check)


def train(args):
    rank, local_rank, world_size = setup()
    device = torch.device("cuda", local_rank)

    torch.manual_seed(args.seed)
    model = build_model(args.model_size).to(device)
    model = FSDP(model, auto_wrap_policy=get_policy(), device_id=device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, num_replicas=world_size, rank=rank, shuffle=True)
    loader = DataLoader(dataset, args.batch_size, shuffle=True, sampler=sampler)

    for epoch in range(args.epochs):
        sampler.set_epoch(epoch)
        model.train()
        total = torch.zeros(1, device=device)
        for input_ids, labels in loader:
            input_ids, labels = input_ids.to(device), labels.to(device)
            logits = model(input_ids)
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        dist.all_reduce(total)
        if rank == 0:
            print(f"epoch {epoch}: loss {total.item() / (world_size * len(loader)):.4f}")

        config = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
        with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, config):
            state = model.state_dict()
        if rank == 0:
            os.makedirs(args.checkpoint_dir, exist_ok=True)
            torch.save({"epoch": epoch, "model": state}, os.path.join(args.checkpoint_dir, f"epoch_{epoch}.pt"))

    dist.destroy_process_group()


if __name__ == "__main__":
    train(get_args())
