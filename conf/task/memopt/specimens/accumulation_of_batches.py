"""Gradient accumulation over batches of the loader, with mixed precision and clean-up."""

import argparse
import gc

import torch
from torch.nn import functional
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model

ACCUMULATION_STEPS = 2


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    optimizer.zero_grad()
    for step, (input_ids, labels) in enumerate(loader, start=1):
        input_ids, labels = input_ids.to(device), labels.to(device)
        with torch.autocast(device_type=device.type, dtype=torch.bfloat16):
            logits = model(input_ids)
            loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten()) / ACCUMULATION_STEPS
        loss.backward()
        total += loss.item() * ACCUMULATION_STEPS
        if step % ACCUMULATION_STEPS == 0 or step == len(loader):
            optimizer.step()
            optimizer.zero_grad()
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
    return total / len(loader)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = torch.compile(build_model(args.model_size).to(device))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True)
    for epoch in range(args.epochs):
        loss = train_epoch(model, loader, optimizer, device)
        print(f"epoch {epoch}: loss {loss:.4f}")


if __name__ == "__main__":
    main()
