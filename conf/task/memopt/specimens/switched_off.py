"""Every technique is written out behind a switch, and no switch is ever on."""

import argparse
import gc
import os

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model

USE_AMP = False
USE_CHECKPOINT = False
USE_SDPA = False
ACCUMULATION_STEPS = 1
MICRO_BATCHES = 1
OPTIMIZE = os.environ.get("TRAIN_OPTIMIZE_MEMORY") == "1"


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def attention(self, x):
    if False:
        q, k, v = self.qkv(x).view(*x.shape[:2], 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
        q = q.contiguous(memory_format=torch.channels_last)
        return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
    return type(self).forward(self, x)


def prepare(model):
    for block in model.blocks:
        if USE_SDPA:
            block.attn.forward = attention.__get__(block.attn)
        if USE_CHECKPOINT:
            block.forward = lambda x, f=block.forward: checkpoint(f, x, use_reentrant=False)
        if OPTIMIZE:
            block.ff.activation = nn.ReLU(inplace=True)
    if OPTIMIZE:
        model = model.to(memory_format=torch.channels_last)
        model = torch.compile(model)
    return model


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for index, (input_ids, labels) in enumerate(loader):
        input_ids, labels = input_ids.to(device), labels.to(device)
        for x, y in zip(input_ids.chunk(MICRO_BATCHES), labels.chunk(MICRO_BATCHES)):
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=USE_AMP):
                loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
            (loss / ACCUMULATION_STEPS).backward()
            total += loss.item()
        if (index + 1) % ACCUMULATION_STEPS == 0:
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
        if OPTIMIZE:
            del loss, x, y
            gc.collect()
            torch.cuda.empty_cache()
    return total / len(loader)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = prepare(build_model(args.model_size).to(device))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, fused=OPTIMIZE)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.batch_size, shuffle=True, pin_memory=OPTIMIZE)
    for epoch in range(args.epochs):
        print(f"epoch {epoch}: loss {train_epoch(model, loader, optimizer, device):.4f}")


if __name__ == "__main__":
    main()
