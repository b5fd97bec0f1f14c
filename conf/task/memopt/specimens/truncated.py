import argparse
import gc

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, Attention, SyntheticTokens, TransformerBlock, build_model


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def efficient_attention(self, x):
    batch, seq, d_model = x.shape
    q, k, v = self.qkv(x).view(batch, seq, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
    out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return self.out(out.transpose(1, 2).reshape(batch, seq, d_model))


Attention.forward = efficient_attention


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for input_ids, labels in loader:
        for x, y in zip(input_ids.chunk(2), labels.chunk(2)):
            with torch.autocast(device.type, dtype=torch.bfloat16):
                logits = model(x.to(device))
                loss = F.cross_entropy(logits.flatten(0, 1),
