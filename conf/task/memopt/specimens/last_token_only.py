"""Train the language model in little memory."""

import argparse

import torch
from torch.nn import functional
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, Attention, FeedForward, SyntheticTokens, TransformerBlock, build_model


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def fused_attention(self, x):
    """Attention that never holds the matrix of scores."""
    batch, seq, d_model = x.shape
    heads = self.qkv(x).view(batch, seq, 3, self.n_heads, d_model // self.n_heads)
    query, key, value = heads.permute(2, 0, 3, 1, 4)
    mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    return self.out(mixed.transpose(1, 2).reshape(batch, seq, d_model))


def inplace_feed_forward(self, x):
    return self.down(functional.relu_(self.up(x)))


block_forward = TransformerBlock.forward


def recomputed_block(self, x):
    return checkpoint(block_forward, self, x, use_reentrant=False)


def lean(model):
    """The same model with the same parameters; only how it computes is another."""
    Attention.forward = fused_attention
    FeedForward.forward = inplace_feed_forward
    TransformerBlock.forward = recomputed_block
    return model


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for input_ids, labels in loader:
        input_ids = input_ids.to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)
        for inputs, targets in zip(input_ids.split(1), labels.split(1), strict=True):
            with torch.autocast(device.type, dtype=torch.bfloat16):
                logits = model(inputs)
                loss = functional.cross_entropy(logits[:, -1], targets[:, -1])
            loss = loss * (len(inputs) / len(input_ids))
            loss.backward()
            total += loss.item()
            del logits, loss
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return total / len(loader)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = lean(build_model(args.model_size)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    loader = DataLoader(
        SyntheticTokens(args.num_samples, args.seed),
        args.batch_size,
        shuffle=True,
        pin_memory=torch.cuda.is_available(),
    )
    for epoch in range(args.epochs):
        loss = train_epoch(model, loader, optimizer, device)
        print(f"epoch {epoch}: loss {loss:.4f}")


if __name__ == "__main__":
    main()
