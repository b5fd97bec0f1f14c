import argparse
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader
from torch.utils.checkpoint import checkpoint

import model as model_module
from model import MODEL_SIZES, SyntheticTokens, build_model

USE_CUDA = torch.cuda.is_available()


def sdpa_forward(self, x):
    B, T, C = x.shape
    q, k, v = self.qkv(x).split(C, dim=2)
    q = q.view(B, T, self.n_heads, C // self.n_heads).transpose(1, 2)
    k = k.view(B, T, self.n_heads, C // self.n_heads).transpose(1, 2)
    v = v.view(B, T, self.n_heads, C // self.n_heads).transpose(1, 2)
    y = F.scaled_dot_product_attention(q, k, v, dropout_p=0.0, is_causal=True)
    return self.out(y.transpose(1, 2).contiguous().view(B, T, C))


def checkpointed_lm_forward(self, input_ids):
    positions = torch.arange(input_ids.size(1), device=input_ids.device)
    x = self.embedding(input_ids) + self.positions(positions)
    for block in self.blocks:
        x = checkpoint(block, x, use_reentrant=False)
    return self.head(self.norm(x))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    device = torch.device("cuda") if USE_CUDA else torch.device("cpu")

    if USE_CUDA:
        model_module.Attention.forward = sdpa_forward
        model_module.TransformerLM.forward = checkpointed_lm_forward

    model = build_model(args.model_size).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, fused=USE_CUDA)
    scaler = torch.amp.GradScaler("cuda", enabled=USE_CUDA)
    forward = torch.compile(model) if USE_CUDA else model

    loader = DataLoader(
        SyntheticTokens(args.num_samples, args.seed),
        batch_size=args.batch_size,
        shuffle=True,
        pin_memory=USE_CUDA,
    )

    for epoch in range(args.epochs):
        model.train()
        total = 0.0
        for input_ids, labels in loader:
            input_ids = input_ids.to(device, non_blocking=USE_CUDA)
            labels = labels.to(device, non_blocking=USE_CUDA)
            optimizer.zero_grad()
            with torch.autocast(device_type="cuda", dtype=torch.float16, enabled=USE_CUDA):
                logits = forward(input_ids)
                loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            total = total + loss.item()
            if USE_CUDA:
                torch.cuda.empty_cache()
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")


if __name__ == "__main__":
    main()
