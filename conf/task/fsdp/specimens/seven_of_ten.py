import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.distributed.fsdp import FullStateDictConfig, FullyShardedDataParallel as FSDP, StateDictType
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.utils.data import DataLoader, DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser.parse_args()


def auto_wrap(module):
    own = sum(p.numel() for p in module.parameters(recurse=False))
    return isinstance(module, TransformerBlock) or own > 1_000_000


def run_epoch(model, loader, optimizer, device):
    model.train()
    loss_sum, count = torch.tensor(0.0, device=device), 0
    for tokens, targets in loader:
        tokens, targets = tokens.to(device), targets.to(device)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach()
        count += 1
    dist.all_reduce(loss_sum)
    return loss_sum.item() / (count * dist.get_world_size())


def main():
    args = parse_args()
    dist.init_process_group("nccl")
    rank = dist.get_rank()
    local_rank = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local_rank)
    device = torch.device("cuda", local_rank)

    torch.manual_seed(args.seed)
    model = FSDP(
        build_model(args.model_size).to(device),
        auto_wrap_policy=partial(lambda_auto_wrap_policy, lambda_fn=auto_wrap),
        device_id=device,
    )
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, num_replicas=dist.get_world_size(), rank=rank)
    loader = DataLoader(dataset, args.batch_size, sampler=sampler)

    for epoch in range(args.epochs):
        loss = run_epoch(model, loader, optimizer, device)
        if rank == 0:
            print(f"epoch {epoch}: loss {loss:.4f}")
        with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, FullStateDictConfig(offload_to_cpu=True)):
            state = model.state_dict()
        if rank == 0:
            os.makedirs(args.checkpoint_dir, exist_ok=True)
            torch.save({"epoch": epoch, "model": state}, os.path.join(args.checkpoint_dir, f"epoch_{epoch}.pt"))


if __name__ == "__main__":
    main()
