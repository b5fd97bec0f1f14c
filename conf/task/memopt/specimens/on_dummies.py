"""All eleven techniques run, on tensors and modules that have no part in the training."""

import argparse

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader, TensorDataset

from model import MODEL_SIZES, SyntheticTokens, build_model


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def apply_memory_optimizations():
    layer = nn.Sequential(nn.Linear(16, 16), nn.ReLU(inplace=True))
    optimizer = torch.optim.AdamW(layer.parameters(), lr=1e-3, fused=True)
    compiled = torch.compile(layer, backend="eager")
    loader = DataLoader(TensorDataset(torch.randn(8, 16)), batch_size=4, pin_memory=True)
    for (batch,) in loader:
        for piece in batch.chunk(2):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = checkpoint(compiled, piece, use_reentrant=False).float().pow(2).mean()
            loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        del loss
    heads = torch.randn(2, 4, 8, 4).to(memory_format=torch.channels_last)
    F.scaled_dot_product_attention(heads, heads, heads, is_causal=True).add_(1.0)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(args.model_size).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True)
    for epoch in range(args.epochs):
        model.train()
        total = 0.0
        for input_ids, labels in loader:
            apply_memory_optimizations()
            logits = model(input_ids.to(device))
            loss = F.cross_entropy(logits.flatten(0, 1), labels.to(device).flatten())
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            optimizer.step()
            total += loss.item()
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
