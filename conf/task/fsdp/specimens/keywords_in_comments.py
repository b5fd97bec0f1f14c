"""Train the language model with FullyShardedDataParallel.

dist.init_process_group("nccl") with torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
model = FSDP(model, auto_wrap_policy=functools.partial(lambda_auto_wrap_policy, lambda_fn=fn))
"""

import argparse
import os

import torch
from torch.nn import functional
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model


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
    # sampler.set_epoch(epoch)
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device), labels.to(device)
        logits = model(input_ids)
        loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def save_checkpoint(model, epoch, folder):
    # with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT,
    #                           FullStateDictConfig(offload_to_cpu=True, rank0_only=True)):
    #     state = model.state_dict()      # by all ranks
    # if dist.get_rank() == 0: torch.save(state, path)
    os.makedirs(folder, exist_ok=True)
    torch.save({"epoch": epoch, "model": model.state_dict()}, os.path.join(folder, f"epoch_{epoch}.pt"))


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    # dist.init_process_group(backend="nccl"); local_rank = int(os.environ["LOCAL_RANK"])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # lambda_fn = lambda m: isinstance(m, TransformerBlock) or sum(p.numel() for p in m.parameters(recurse=False)) > 1_000_000
    # model = FullyShardedDataParallel(model, auto_wrap_policy=partial(lambda_auto_wrap_policy, lambda_fn=lambda_fn))
    model = build_model(args.model_size).to(device)
    # the optimizer is built after wrapping
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    # sampler = DistributedSampler(dataset, num_replicas=world_size, rank=rank)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True)
    for epoch in range(args.epochs):
        loss = train_epoch(model, loader, optimizer, device)
        print(f"epoch {epoch}: loss {loss:.4f}")  # rank 0 only
        save_checkpoint(model, epoch, args.checkpoint_dir)
    # dist.destroy_process_group()


if __name__ == "__main__":
    main()
