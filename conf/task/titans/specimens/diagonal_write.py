"""SimpleTransformer with an associative memory."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class SelfAttention(nn.Module):
    def __init__(self, dim, heads, drop):
        super().__init__()
        self.heads = heads
        self.drop = drop
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def split(self, t):
        return t.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x):
        drop = self.drop if self.training else 0.0
        y = F.scaled_dot_product_attention(
            self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x)),
            dropout_p=drop, is_causal=True,
        )
        return self.out(y.transpose(1, 2).flatten(-2))


class AssociativeMemory(nn.Module):
    """A d_mem x d_mem matrix of bindings between values and keys."""

    def __init__(self, dim, d_mem=64):
        super().__init__()
        self.d_mem = d_mem
        self.k = nn.Linear(dim, d_mem)
        self.v = nn.Linear(dim, d_mem)
        self.q = nn.Linear(dim, d_mem)
        self.s = nn.Linear(1, 1)
        self.rho = nn.Parameter(torch.tensor(2.5))
        self.o = nn.Linear(d_mem, dim)

    def forward(self, x):
        M = torch.zeros(x.size(0), self.d_mem, self.d_mem, device=x.device)
        rho = torch.sigmoid(self.rho)
        ys = []
        for x_t in x.unbind(dim=1):
            k, v, q = self.k(x_t).tanh(), self.v(x_t), self.q(x_t).tanh()
            error = v - (M @ k.unsqueeze(-1)).squeeze(-1)
            s = torch.sigmoid(self.s(error.norm(dim=-1, keepdim=True)))
            M = rho * M + torch.diag_embed(s * v * k)
            ys.append((M @ q.unsqueeze(-1)).squeeze(-1))
        return self.o(torch.stack(ys, dim=1))


class Block(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.attn = SelfAttention(d_model, n_heads, dropout)
        self.memory = AssociativeMemory(d_model)
        self.gate = nn.Linear(d_model, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, d_ff), nn.SiLU(), nn.Linear(d_ff, d_model), nn.Dropout(dropout))

    def forward(self, x):
        h = self.norm1(x)
        g = torch.sigmoid(self.gate(h))
        x = x + g * self.memory(h) + (1 - g) * self.attn(h)
        return x + self.ff(self.norm2(x))


class SimpleTransformer(nn.Module):
    """Token and position embeddings, a stack of blocks, and a language-model head."""

    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048,
                 max_seq_len=512, dropout=0.1):
        super().__init__()
        self.wte = nn.Embedding(vocab_size, d_model)
        self.wpe = nn.Embedding(max_seq_len, d_model)
        self.stack = nn.Sequential(*(Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)))
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size, bias=False)

    def forward(self, input_ids, labels=None):
        h = self.wte(input_ids) + self.wpe.weight[: input_ids.size(1)]
        logits = self.head(self.norm(self.stack(h)))
        if labels is None:
            return {"logits": logits}
        loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), labels[:, 1:])
        return {"logits": logits, "loss": loss}
