import argparse

import bitsandbytes as bnb
import torch
import torch.nn.functional as F
from accelerate import Accelerator
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


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    accelerator = Accelerator(mixed_precision="bf16", gradient_accumulation_steps=4)
    model = torch.compile(build_model(args.model_size))
    optimizer = bnb.optim.AdamW8bit(model.parameters(), lr=args.lr)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.batch_size, shuffle=True, pin_memory=True)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    for epoch in range(args.epochs):
        total = 0.0
        for input_ids, labels in loader:
            with accelerator.accumulate(model):
                logits = model(input_ids)
                loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
                accelerator.backward(loss)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            total += loss.item()
            del logits, loss
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
