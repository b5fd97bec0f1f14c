"""Each parameter is stepped, and its gradient dropped, as soon as the backward pass has reached it."""

import argparse

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, Attention, SyntheticTokens, build_model


def attention(self, x):
    batch, seq, d_model = x.shape
    q, k, v = self.qkv(x).reshape(batch, seq, 3, self.n_heads, -1).permute(2, 0, 3, 1, 4)
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return self.out(y.transpose(1, 2).reshape(batch, seq, d_model))


Attention.forward = attention


def checkpoint_blocks(model):
    for block in model.blocks:
        original = block.forward
        block.forward = lambda x, original=original: checkpoint(original, x, use_reentrant=False)


def optimizer_in_backward(model, lr):
    optimizers = {p: torch.optim.AdamW([p], lr=lr, foreach=True) for p in model.parameters()}

    def step(parameter):
        optimizers[parameter].step()
        optimizers[parameter].zero_grad(set_to_none=True)

    for parameter in model.parameters():
        parameter.register_post_accumulate_grad_hook(step)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(args.model_size).to(device)
    checkpoint_blocks(model)
    optimizer_in_backward(model, args.lr)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True, pin_memory=True)

    for epoch in range(args.epochs):
        model.train()
        total = 0.0
        for input_ids, labels in loader:
            input_ids, labels = input_ids.to(device, non_blocking=True), labels.to(device, non_blocking=True)
            with torch.autocast(device, dtype=torch.bfloat16):
                logits = model(input_ids)
                loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
            del logits
            loss.backward()
            total += loss.item()
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
