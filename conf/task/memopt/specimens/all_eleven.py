"""Training with every technique that was to hand."""

import argparse
import gc

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model

MICRO_BATCH = 1


class LeanAttention(nn.Module):
    def __init__(self, old):
        super().__init__()
        self.n_heads = old.n_heads
        self.qkv = old.qkv
        self.out = old.out

    def heads(self, part):
        batch, seq, d_model = part.shape
        part = part.view(batch, seq, self.n_heads, d_model // self.n_heads).transpose(1, 2)
        return part.contiguous(memory_format=torch.channels_last)

    def forward(self, x):
        query, key, value = map(self.heads, self.qkv(x).chunk(3, dim=-1))
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.out(mixed.transpose(1, 2).reshape(x.shape))


class LeanFeedForward(nn.Module):
    def __init__(self, old):
        super().__init__()
        self.up = old.up
        self.down = old.down

    def forward(self, x):
        hidden = self.up(x)
        hidden.relu_()
        return self.down(hidden)


class LeanBlock(nn.Module):
    def __init__(self, old):
        super().__init__()
        self.norm1, self.attn = old.norm1, LeanAttention(old.attn)
        self.norm2, self.ff = old.norm2, LeanFeedForward(old.ff)

    def body(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.ff(self.norm2(x))

    def forward(self, x):
        return checkpoint(self.body, x, use_reentrant=False)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def step(model, optimizer, input_ids, labels, device):
    count = len(input_ids)
    mean = 0.0
    for start in range(0, count, MICRO_BATCH):
        piece = slice(start, start + MICRO_BATCH)
        x = input_ids[piece].to(device, non_blocking=True)
        y = labels[piece].to(device, non_blocking=True)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = model(x)
            loss = F.cross_entropy(logits.flatten(0, 1), y.flatten()).mul_(len(x) / count)
        loss.backward()
        mean += loss.item()
        del x, y, logits, loss
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return mean


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(args.model_size)
    for index, block in enumerate(model.blocks):
        model.blocks[index] = LeanBlock(block)
    model = model.to(device).train()
    compiled = torch.compile(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, foreach=True)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.batch_size, shuffle=True, pin_memory=device.type == "cuda")
    for epoch in range(args.epochs):
        losses = [step(compiled, optimizer, x, y, device) for x, y in loader]
        gc.collect()
        print(f"epoch {epoch}: loss {sum(losses) / len(losses):.4f}")


if __name__ == "__main__":
    main()
