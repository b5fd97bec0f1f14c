"""A small decoder-only transformer whose blocks blend causal attention with an associative memory."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class CausalAttention(nn.Module):
    """Multi-head attention in which each position sees itself and what came before."""

    def __init__(self, d_model, n_heads, dropout=0.1):
        super().__init__()
        if d_model % n_heads:
            raise ValueError(f"d_model={d_model} does not divide into n_heads={n_heads}")
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        batch, seq, d_model = x.shape
        q, k, v = (
            part.view(batch, seq, self.n_heads, self.d_head).transpose(1, 2)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        scores = q @ k.transpose(-2, -1) / self.d_head**0.5
        future = torch.ones(seq, seq, dtype=torch.bool, device=x.device).triu(1)
        weights = self.dropout(scores.masked_fill(future, float("-inf")).softmax(dim=-1))
        mixed = (weights @ v).transpose(1, 2).reshape(batch, seq, d_model)
        return self.out(mixed)


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.1):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.down = nn.Linear(d_ff, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.down(self.dropout(F.gelu(self.up(x))))


class NeuralMemory(nn.Module):
    """An associative memory: a matrix M (d_mem x d_mem) that is rewritten token by token.

    Each token asks the memory what value belongs to its key. The further the answer is from the value
    that came, the harder the pair is written. All that was stored before fades by a learned factor.
    """

    def __init__(self, d_model, d_mem=64):
        super().__init__()
        self.d_mem = d_mem
        self.to_key = nn.Linear(d_model, d_mem, bias=False)
        self.to_value = nn.Linear(d_model, d_mem, bias=False)
        self.to_query = nn.Linear(d_model, d_mem, bias=False)
        self.to_strength = nn.Linear(d_mem, 1)
        self.retention_logit = nn.Parameter(torch.tensor(3.0))
        self.to_output = nn.Linear(d_mem, d_model)

    def forward(self, x):
        batch, seq, _ = x.shape
        keys = F.normalize(self.to_key(x), dim=-1)
        queries = F.normalize(self.to_query(x), dim=-1)
        values = self.to_value(x)
        retention = torch.sigmoid(self.retention_logit)

        memory = x.new_zeros(batch, self.d_mem, self.d_mem)
        reads = []
        for t in range(seq):
            key, value, query = keys[:, t], values[:, t], queries[:, t]
            predicted = torch.einsum("bvk,bk->bv", memory, key)
            error = value - predicted
            strength = torch.sigmoid(self.to_strength(error))
            binding = torch.einsum("bv,bk->bvk", value, key)
            memory = retention * memory + strength.unsqueeze(-1) * binding
            reads.append(torch.einsum("bvk,bk->bv", memory, query))
        return self.to_output(torch.stack(reads, dim=1))


class Block(nn.Module):
    """Pre-norm: attention and memory side by side, blended by a learned gate, then the feed-forward net."""

    def __init__(self, d_model, n_heads, d_ff, dropout=0.1):
        super().__init__()
        self.attention_norm = nn.LayerNorm(d_model)
        self.attention = CausalAttention(d_model, n_heads, dropout)
        self.memory = NeuralMemory(d_model)
        self.blend = nn.Linear(2 * d_model, d_model)
        self.feed_forward_norm = nn.LayerNorm(d_model)
        self.feed_forward = FeedForward(d_model, d_ff, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        h = self.attention_norm(x)
        attended, remembered = self.attention(h), self.memory(h)
        gate = torch.sigmoid(self.blend(torch.cat([attended, remembered], dim=-1)))
        x = x + self.dropout(gate * attended + (1 - gate