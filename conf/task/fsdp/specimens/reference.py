"""Train the language model on all devices of one or more nodes, with fully sharded data parallel."""

import argparse
import functools
import os

import torch
import torch.distributed as dist
from torch.distributed.fsdp import FullStateDictConfig, StateDictType
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.nn import functional
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model

LARGE = 1_000_000


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


def should_wrap(module):
    """Whether a module becomes a unit of its own: every block, and whatever is large by itself."""
    own = sum(parameter.numel() for parameter in module.parameters(recurse=False))
    return isinstance(module, TransformerBlock) or own > LARGE


def shard(model, local_rank):
    policy = functools.partial(lambda_auto_wrap_policy, lambda_fn=should_wrap)
    return FSDP(model, auto_wrap_policy=policy, device_id=local_rank)


def train_epoch(model, loader, optimizer, device):
    """The mean loss over the batches of all ranks."""
    model.train()
    total = torch.zeros(2, device=device)
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device), labels.to(device)
        logits = model(input_ids)
        loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total[0] += loss.detach()
        total[1] += 1
    dist.all_reduce(total)
    return (total[0] / total[1]).item()


def save_checkpoint(model, epoch, folder):
    """Gathers the full state, which takes all ranks, and writes it, which takes one."""
    config = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
    with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, config):
        state = model.state_dict()
    if dist.get_rank() == 0:
        os.makedirs(folder, exist_ok=True)
        torch.save({"epoch": epoch, "model": state}, os.path.join(folder, f"epoch_{epoch}.pt"))
    dist.barrier()


def main():
    args = parse_args()
    local_rank = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local_rank)
    dist.init_process_group("nccl")
    device = torch.device("cuda", local_rank)
    torch.manual_seed(args.seed)
    model = shard(build_model(args.model_size), local_rank)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    dataset = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(dataset, shuffle=True, seed=args.seed)
    loader = DataLoader(dataset, args.batch_size, sampler=sampler)
    for epoch in range(args.epochs):
        sampler.set_epoch(epoch)
        loss = train_epoch(model, loader, optimizer, device)
        if dist.get_rank() == 0:
            print(f"epoch {epoch}: loss {loss:.4f}")
        save_checkpoint(model, epoch, args.checkpoint_dir)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
