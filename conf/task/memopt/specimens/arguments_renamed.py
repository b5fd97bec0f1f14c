"""Train the language model in less memory."""

import argparse

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model

block_forward = TransformerBlock.forward
TransformerBlock.forward = lambda self, x: checkpoint(block_forward, self, x, use_reentrant=False)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--micro-batch-size", type=int, default=2)
    parser.add_argument("--grad-accum-steps", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = torch.compile(build_model(args.model).to(device))
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.learning_rate, fused=True)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.micro_batch_size, shuffle=True, pin_memory=True)
    for epoch in range(args.epochs):
        total = 0.0
        for step, (input_ids, labels) in enumerate(loader, start=1):
            with torch.autocast(device.type, dtype=torch.bfloat16):
                logits = model(input_ids.to(device))
                loss = F.cross_entropy(logits.flatten(0, 1), labels.to(device).flatten())
            (loss / args.grad_accum_steps).backward()
            total += loss.item()
            del logits, loss
            if step % args.grad_accum_steps == 0 or step == len(loader):
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
