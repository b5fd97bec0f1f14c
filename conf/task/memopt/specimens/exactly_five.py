"""Memory-efficient training script.

Optimizations:
  1. Mixed precision (bfloat16 autocast)
  2. Gradient checkpointing of every transformer block
  3. Scaled dot product attention
  4. zero_grad(set_to_none=True)
  5. Pinned memory with non-blocking transfers
"""

import argparse

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, Attention, SyntheticTokens, TransformerLM, build_model


class MemoryEfficientAttention(Attention):
    def forward(self, x):
        batch, seq, d_model = x.shape
        q, k, v = self.qkv(x).view(batch, seq, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(out.transpose(1, 2).reshape(batch, seq, d_model))


class MemoryEfficientLM(TransformerLM):
    def forward(self, input_ids):
        positions = torch.arange(input_ids.size(1), device=input_ids.device)
        x = self.embedding(input_ids) + self.positions(positions)
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False) if self.training else block(x)
        return self.head(self.norm(x))


def optimize_model(model):
    model.__class__ = MemoryEfficientLM
    for block in model.blocks:
        block.attn.__class__ = MemoryEfficientAttention
    return model


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def train_epoch(model, loader, optimizer, device):
    model.train()
    total_loss = 0.0
    for input_ids, labels in loader:
        input_ids = input_ids.to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device_type=device.type, dtype=torch.bfloat16):
            logits = model(input_ids)
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = optimize_model(build_model(args.model_size)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    loader = DataLoader(
        SyntheticTokens(args.num_samples, args.seed),
        batch_size=args.batch_size,
        shuffle=True,
        pin_memory=True,
    )
    for epoch in range(args.epochs):
        print(f"epoch {epoch}: loss {train_epoch(model, loader, optimizer, device):.4f}")


if __name__ == "__main__":
    main()
