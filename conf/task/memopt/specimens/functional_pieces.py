"""Small pure functions around one generator of micro-batches."""
from argparse import ArgumentParser
from types import MethodType

import torch
from torch.nn import Sequential
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint_sequential
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model


def arguments():
    p = ArgumentParser()
    p.add_argument("--epochs", type=int, default=1)
    p.add_argument("--batch-size", type=int, default=8)
    p.add_argument("--lr", type=float, default=3e-4)
    p.add_argument("--num-samples", type=int, default=64)
    p.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    p.add_argument("--seed", type=int, default=0)
    return p.parse_args()


def forward_in_segments(self, input_ids):
    x = self.embedding(input_ids)
    x.add_(self.positions.weight[: input_ids.size(1)])
    x = checkpoint_sequential(Sequential(*self.blocks), len(self.blocks), x, use_reentrant=False)
    return self.head(self.norm(x))


def pieces(batch, parts):
    yield from zip(*(tensor.tensor_split(parts) for tensor in batch))


def loss_of(model, inputs, targets, device):
    with torch.autocast(device_type=device, dtype=torch.bfloat16):
        return cross_entropy(model(inputs.to(device)).flatten(0, 1), targets.to(device).flatten())


def train_batch(model, optimizer, batch, device, parts=2):
    value = 0.0
    for inputs, targets in pieces(batch, min(parts, len(batch[0]))):
        loss = loss_of(model, inputs, targets, device)
        loss.backward()
        value += loss.item() * len(inputs) / len(batch[0])
        del loss
    torch._foreach_div_([p.grad for p in model.parameters() if p.grad is not None], parts)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return value


def main(args):
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = build_model(args.model_size).to(device)
    model.forward = MethodType(forward_in_segments, model)
    optimizer = torch.optim.AdamW(model.parameters(), args.lr)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True)
    for epoch in range(args.epochs):
        values = [train_batch(model.train(), optimizer, batch, device) for batch in loader]
        print(f"epoch {epoch}: loss {sum(values) / len(values):.4f}")


if __name__ == "__main__":
    main(arguments())
