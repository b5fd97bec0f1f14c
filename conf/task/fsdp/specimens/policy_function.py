import argparse
import os

import torch
import torch.distributed as dist
from torch.distributed.fsdp import FullStateDictConfig, FullyShardedDataParallel, StateDictType
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model


def own_numel(module):
    """Parameters that belong to the module itself, not to its children."""
    return sum(p.numel() for _, p in module.named_parameters(recurse=False))


def lm_wrap_policy(module, recurse, nonwrapped_numel):
    """Blocks and big leaves become FSDP units."""
    return lambda_auto_wrap_policy(
        module=module,
        recurse=recurse,
        nonwrapped_numel=nonwrapped_numel,
        lambda_fn=lambda m: isinstance(m, TransformerBlock) or own_numel(m) > 1_000_000,
    )


def setup():
    dist.init_process_group(backend="nccl", init_method="env://")
    local_rank = int(os.environ.get("LOCAL_RANK", 0))
    torch.cuda.set_device(local_rank)
    return local_rank


def cleanup():
    dist.destroy_process_group()


def rank_zero_print(*args, **kwargs):
    if dist.get_rank() == 0:
        print(*args, **kwargs)


def train_one_epoch(model, loader, sampler, optimizer, epoch, device):
    model.train()
    sampler.set_epoch(epoch)
    ddp_loss = torch.zeros(2).to(device)
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device), labels.to(device)
        optimizer.zero_grad()
        output = model(input_ids)
        loss = cross_entropy(output.flatten(0, 1), labels.flatten(), reduction="mean")
        loss.backward()
        optimizer.step()
        ddp_loss[0] += loss.item() * len(input_ids)
        ddp_loss[1] += len(input_ids)
    dist.all_reduce(ddp_loss, op=dist.ReduceOp.SUM)
    return (ddp_loss[0] / ddp_loss[1]).item()


def save_checkpoint(model, epoch, folder):
    dist.barrier()
    cfg = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
    with FullyShardedDataParallel.state_dict_type(
        model, state_dict_type=StateDictType.FULL_STATE_DICT, state_dict_config=cfg
    ):
        states = model.state_dict()
    if dist.get_rank() != 0:
        return
    os.makedirs(folder, exist_ok=True)
    torch.save({"epoch": epoch, "model": states}, os.path.join(folder, f"epoch_{epoch}.pt"))


def fsdp_main(args):
    local_rank = setup()
    torch.manual_seed(args.seed)
    model = build_model(args.model_size).to(local_rank)
    model = FullyShardedDataParallel(model, auto_wrap_policy=lm_wrap_policy)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    train_set = SyntheticTokens(args.num_samples, args.seed)
    sampler = DistributedSampler(train_set, rank=dist.get_rank(), num_replicas=dist.get_world_size(), shuffle=True)
    loader = DataLoader(train_set, batch_size=args.batch_size, sampler=sampler)

    for epoch in range(args.epochs):
        loss = train_one_epoch(model, loader, sampler, optimizer, epoch, local_rank)
        rank_zero_print(f"epoch {epoch}: loss {loss:.4f}")
        save_checkpoint(model, epoch, args.checkpoint_dir)
    dist.barrier()
    cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="FSDP training of a small language model")
    parser.add_argument("--epochs", type=int, default=3, metavar="N")
    parser.add_argument("--batch-size", type=int, default=8, metavar="N")
    parser.add_argument("--lr", type=float, default=3e-4, metavar="LR")
    parser.add_argument("--num-samples", type=int, default=256, metavar="N")
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    fsdp_main(parser.parse_args())
