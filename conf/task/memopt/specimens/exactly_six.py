import argparse
import contextlib
import functools

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model

ACCUMULATE = 4


def checkpointed(forward):
    @functools.wraps(forward)
    def wrapper(self, *args, **kwargs):
        if not (self.training and torch.is_grad_enabled()):
            return forward(self, *args, **kwargs)
        return checkpoint(functools.partial(forward, self), *args, use_reentrant=False, **kwargs)

    return wrapper


TransformerBlock.forward = checkpointed(TransformerBlock.forward)


class FlashAttention(nn.Module):
    """Same weights as the attention it takes the place of."""

    def __init__(self, attention):
        super().__init__()
        self.qkv, self.out, self.n_heads = attention.qkv, attention.out, attention.n_heads

    def forward(self, x):
        q, k, v = (t.unflatten(-1, (self.n_heads, -1)).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))


def adapt(model):
    for block in model.blocks:
        block.attn = FlashAttention(block.attn)
        block.ff.activation = nn.ReLU(inplace=True)
    return model


def precision(device):
    if device.type == "cuda" and not torch.cuda.is_bf16_supported():
        return contextlib.nullcontext()
    return torch.autocast(device_type=device.type, dtype=torch.bfloat16)


def update(optimizer, model):
    optimizer.step()
    for p in model.parameters():
        p.grad = None


def run(args):
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = adapt(build_model(args.model_size)).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True)
    for epoch in range(args.epochs):
        total, pending = 0.0, 0
        for x, y in loader:
            with precision(device):
                loss = F.cross_entropy(model(x.to(device)).flatten(0, 1), y.to(device).flatten())
            (loss / ACCUMULATE).backward()
            total, pending = total + loss.item(), pending + 1
            if pending == ACCUMULATE:
                update(optimizer, model)
                pending = 0
        if pending:
            update(optimizer, model)
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    cli = argparse.ArgumentParser()
    for flag, default in {"--epochs": 1, "--batch-size": 8, "--lr": 3e-4, "--num-samples": 64, "--seed": 0}.items():
        cli.add_argument(flag, type=type(default), default=default)
    cli.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    run(cli.parse_args())
