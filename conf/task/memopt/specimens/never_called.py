"""Train the language model with the optimizations below."""

import argparse
import gc

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

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


class EfficientAttention(nn.Module):
    def __init__(self, attention):
        super().__init__()
        self.qkv, self.out, self.n_heads = attention.qkv, attention.out, attention.n_heads

    def forward(self, x):
        batch, seq, d_model = x.shape
        heads = self.qkv(x).view(batch, seq, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = (h.to(memory_format=torch.channels_last) for h in heads)
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(out.transpose(1, 2).reshape(batch, seq, d_model))


def optimize_model(model):
    for block in model.blocks:
        block.attn = EfficientAttention(block.attn)
        block.ff.activation = nn.ReLU(inplace=True)
        original = block.forward
        block.forward = lambda x, f=original: checkpoint(f, x, use_reentrant=False)
    return torch.compile(model.to(memory_format=torch.channels_last))


def make_loader(dataset, batch_size):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, pin_memory=True)


def make_optimizer(model, lr):
    return torch.optim.AdamW(model.parameters(), lr=lr, fused=True)


def optimized_step(model, optimizer, input_ids, labels, device, micro_batches=2):
    total = 0.0
    for x, y in zip(input_ids.chunk(micro_batches), labels.chunk(micro_batches)):
        with torch.autocast(device_type=device.type, dtype=torch.bfloat16):
            loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten()) / micro_batches
        loss.backward()
        total += loss.item()
        del loss
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    gc.collect()
    return total


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device), labels.to(device)
        logits = model(input_ids)
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(args.model_size).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True)
    for epoch in range(args.epochs):
        print(f"epoch {epoch}: loss {train_epoch(model, loader, optimizer, device):.4f}")


if __name__ == "__main__":
    main()
