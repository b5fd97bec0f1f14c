"""Mixed precision, checkpointing, micro-batches, pinned memory, flash attention and a compiled model."""

import argparse
import gc

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model

MICRO_BATCH_SIZE = 8


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def evaluate(model, batch, device):
    """A look at the first batch, with the blocks checkpointed."""
    with torch.no_grad():
        positions = torch.arange(batch.size(1), device=device)
        x = model.embedding(batch.to(device)) + model.positions(positions)
        for block in model.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        return model.head(model.norm(x)).isfinite().all().item()


def train_epoch(model, loader, optimizer, scaler, device):
    model.train()
    total = 0.0
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device, non_blocking=True), labels.to(device, non_blocking=True)
        optimizer.zero_grad()
        for x, y in zip(input_ids.split(MICRO_BATCH_SIZE), labels.split(MICRO_BATCH_SIZE)):
            with torch.autocast(device_type=device.type, dtype=torch.bfloat16, enabled=False):
                logits = model(x)
                loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
            scaler.scale(loss).backward()
            total += loss.item() * len(x) / len(input_ids)
            del logits, loss
        scaler.step(optimizer)
        scaler.update()
    return total / len(loader)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(args.model_size).to(device)
    torch.compile(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    scaler = torch.amp.GradScaler(device.type)
    data = SyntheticTokens(args.num_samples, args.seed)
    pinned = DataLoader(data, args.batch_size, shuffle=True, pin_memory=True)
    loader = DataLoader(data, args.batch_size, shuffle=True, pin_memory=False)
    if torch.cuda.is_available():
        torch.backends.cuda.enable_flash_sdp(True)
    print(f"{len(pinned)} batches, finite: {evaluate(model, data.tokens[:1, :-1], device)}")
    for epoch in range(args.epochs):
        loss = train_epoch(model, loader, optimizer, scaler, device)
        gc.collect()
        print(f"epoch {epoch}: loss {loss:.4f}")


if __name__ == "__main__":
    main()
