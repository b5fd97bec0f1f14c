import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.utils.data import DataLoader, DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model


def make_parser():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser


def main():
    args = make_parser().parse_args()
    dist.init_process_group("nccl")
    rank, world_size = dist.get_rank(), dist.get_world_size()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)

    torch.manual_seed(args.seed)
    policy = partial(
        lambda_auto_wrap_policy,
        lambda_fn=lambda module: (
            isinstance(module, TransformerBlock)
            or sum(p.numel() for p in module.parameters(recurse=False)) > 1_000_000
        ),
    )
    model = FullyShardedDataParallel(build_model(args.model_size).to(device), auto_wrap_policy=policy)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    criterion = nn.CrossEntropyLoss()

    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, num_replicas=world_size, rank=rank, shuffle=True)
    loader = DataLoader(dataset, args.batch_size, sampler=sampler)

    for epoch in range(args.epochs):
        model.train()
        sampler.set_epoch(epoch)
        total = torch.zeros(1, device=device)
        for input_ids, labels in loader:
            input_ids, labels = input_ids.to(device), labels.to(device)
            loss = criterion(model(input_ids).flatten(0, 1), labels.flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        dist.all_reduce(total)
        # gather the parameters on all ranks, then write them once
        state = model.state_dict()
        if rank == 0:
            print(f"epoch {epoch}: loss {total.item() / len(loader) / world_size:.4f}")
            os.makedirs(args.checkpoint_dir, exist_ok=True)
            torch.save({"epoch": epoch, "model": state}, os.path.join(args.checkpoint_dir, f"epoch_{epoch}.pt"))
        dist.barrier()

    dist.destroy_process_group()


if __name__ == "__main__":
    main()
