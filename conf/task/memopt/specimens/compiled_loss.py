"""The loss, with the model in it, is one compiled function; the attention works in channels-last heads."""

import argparse
import gc

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model


def patched_attention(module):
    def forward(x):
        batch, seq, d_model = x.shape
        heads = module.qkv(x).view(batch, seq, 3, module.n_heads, d_model // module.n_heads)
        query, key, value = (h.to(memory_format=torch.channels_last) for h in heads.permute(2, 0, 3, 1, 4))
        scores = (query @ key.transpose(-2, -1)).div_(query.size(-1) ** 0.5)
        future = torch.ones(seq, seq, dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill_(future, float("-inf")).softmax(dim=-1)
        return module.out((weights @ value).transpose(1, 2).reshape(batch, seq, d_model))

    return forward


def make_loss(model):
    def loss(input_ids, labels):
        return F.cross_entropy(model(input_ids).flatten(0, 1), labels.flatten())

    return torch.compile(loss, dynamic=False)


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
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    model = build_model(args.model_size).to(device).train()
    for block in model.blocks:
        block.attn.forward = patched_attention(block.attn)
    loss_function = make_loss(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, fused=True)
    loader = DataLoader(SyntheticTokens(args.num_samples, args.seed), args.batch_size, shuffle=True, pin_memory=True)

    for epoch in range(args.epochs):
        total = 0.0
        for input_ids, labels in loader:
            with torch.amp.autocast(device.type, torch.bfloat16):
                loss = loss_function(input_ids.to(device), labels.to(device))
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            total += loss.item()
            del loss
            gc.collect()
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
