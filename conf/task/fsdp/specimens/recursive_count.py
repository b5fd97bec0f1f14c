import argparse
import functools
import os

import torch
import torch.distributed as dist
import torch.nn as nn
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

PARAM_THRESHOLD = 1_000_000


def count_params(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def should_wrap(module: nn.Module) -> bool:
    """Wrap transformer blocks and any module with more than 1M parameters."""
    return isinstance(module, TransformerBlock) or count_params(module) > PARAM_THRESHOLD


def main(args):
    local_rank = int(os.environ["LOCAL_RANK"])
    rank = int(os.environ["RANK"])
    world_size = int(os.environ["WORLD_SIZE"])
    torch.cuda.set_device(local_rank)
    dist.init_process_group("nccl")
    device = torch.device(f"cuda:{local_rank}")

    torch.manual_seed(args.seed)
    model = build_model(args.model_size).to(device)
    wrap_policy = functools.partial(lambda_auto_wrap_policy, lambda_fn=should_wrap)
    model = FSDP(model, auto_wrap_policy=wrap_policy, device_id=local_rank)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, num_replicas=world_size, rank=rank, shuffle=True)
    loader = DataLoader(dataset, batch_size=args.batch_size, sampler=sampler)

    for epoch in range(args.epochs):
        sampler.set_epoch(epoch)
        model.train()
        epoch_loss = torch.zeros(1, device=device)
        for input_ids, labels in loader:
            input_ids = input_ids.to(device)
            labels = labels.to(device)
            optimizer.zero_grad()
            logits = model(input_ids)
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
            loss.backward()
            optimizer.step()
            epoch_loss += loss.detach()
        epoch_loss /= len(loader)
        dist.all_reduce(epoch_loss, op=dist.ReduceOp.SUM)
        if rank == 0:
            print(f"epoch {epoch}: loss {epoch_loss.item() / world_size:.4f}")

        save_policy = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
        with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, save_policy):
            state_dict = model.state_dict()
        if rank == 0:
            os.makedirs(args.checkpoint_dir, exist_ok=True)
            torch.save(
                {"epoch": epoch, "model": state_dict},
                os.path.join(args.checkpoint_dir, f"epoch_{epoch}.pt"),
            )
        dist.barrier()

    dist.destroy_process_group()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    main(parser.parse_args())
