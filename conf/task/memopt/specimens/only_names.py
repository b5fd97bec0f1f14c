"""Memory-optimized training.

with torch.autocast(device_type="cuda", dtype=torch.bfloat16)         amp
torch.utils.checkpoint.checkpoint(block, x, use_reentrant=False)      gradient checkpointing
F.scaled_dot_product_attention(q, k, v, is_causal=True)               sdpa
loss = loss / accumulation_steps; loss.backward()                     gradient accumulation
optimizer.zero_grad(set_to_none=True); AdamW(fused=True)              optimizer
del loss; gc.collect(); torch.cuda.empty_cache()                      explicit memory
DataLoader(..., pin_memory=True)                                      pinned memory
for micro in batch.chunk(4)                                           micro-batching
x.relu_(); x.add_(y); nn.ReLU(inplace=True)                           in-place operations
model = torch.compile(model)                                          compile
model.to(memory_format=torch.channels_last)                           channels last
"""

import argparse

import torch
from torch.nn import functional
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model

# amp: from torch.cuda.amp import autocast, GradScaler
# checkpoint: from torch.utils.checkpoint import checkpoint
OPTIMIZATIONS = [
    "torch.autocast", "checkpoint(block, x)", "F.scaled_dot_product_attention", "accumulation_steps = 4",
    "optimizer.zero_grad(set_to_none=True)", "del loss; torch.cuda.empty_cache()", "pin_memory=True",
    "micro_batches = batch.chunk(2)", "relu_(inplace=True)", "torch.compile(model)", "torch.channels_last",
]


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def train_epoch(model, loader, optimizer, device):
    model.train()
    total = 0.0
    for input_ids, labels in loader:
        input_ids, labels = input_ids.to(device), labels.to(device)
        # with torch.autocast(device_type=device.type, dtype=torch.bfloat16):
        logits = model(input_ids)
        loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        # optimizer.zero_grad(set_to_none=True)
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()
        total += loss.item()
        # del logits, loss
    return total / len(loader)


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    for name in OPTIMIZATIONS:
        print("enabled:", name)
    model = build_model(args.model_size).to(device)  # torch.compile, channels_last
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)  # fused=True
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True)  # pin_memory=True
    for epoch in range(args.epochs):
        loss = train_epoch(model, loader, optimizer, device)
        print(f"epoch {epoch}: loss {loss:.4f}")


if __name__ == "__main__":
    main()
