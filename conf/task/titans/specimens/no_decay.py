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


class NeuralMemory(nn.Module):
    def __init__(self, dim, slots=32):
        super().__init__()
        self.slots = slots
        self.kv = nn.Linear(dim, 2 * slots, bias=False)
        self.q = nn.Linear(dim, slots, bias=False)
        self.eta = nn.Linear(slots, slots)
        self.out = nn.Linear(slots, dim)

    def forward(self, x):
        N, L, _ = x.shape
        k, v = self.kv(x).chunk(2, dim=-1)
        k, q = k.softmax(-1), self.q(x).softmax(-1)
        M = x.new_zeros(N, self.slots, self.slots)
        y = x.new_empty(N, L, self.slots)
        for t in range(L):
            surprise = v[:, t] - torch.einsum("nvk,nk->nv", M, k[:, t])
            write = torch.sigmoid(self.eta(surprise)) * v[:, t]
            M = M + torch.einsum("nv,nk->nvk", write, k[:, t])
            y[:, t] = torch.einsum("nvk,nk->nv", M, q[:, t])
        return self.out(y)


class Block(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.attn = SelfAttention(d_model, n_heads, dropout)
        self.memory = NeuralMemory(d_model)
        self.alpha = nn.Linear(d_model, 1)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, d_ff), nn.SiLU(), nn.Linear(d_ff, d_model), nn.Dropout(dropout))

    def forward(self, x):
        h = self.norm1(x)
        alpha = self.alpha(h).sigmoid()
        x = x + torch.lerp(self.memory(h), self.attn(h), alpha)
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
