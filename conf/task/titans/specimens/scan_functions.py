import functools
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def scan(step, carry, inputs):
    """Thread `carry` through `step` over the leading axis of each input."""
    ys = []
    for xs in zip(*inputs):
        carry, y = step(carry, xs)
        ys.append(y)
    return carry, torch.stack(ys)


def recall(memory, address):
    return torch.einsum("...ij,...j->...i", memory, address)


def bind(value, key):
    return torch.einsum("...i,...j->...ij", value, key)


def memory_step(surprise_fn, keep, memory, inputs):
    key, value, query = inputs
    gap = value - recall(memory, key)
    strength = torch.sigmoid(surprise_fn(gap))
    memory = keep[..., None] * memory + bind(strength * value, key)
    return memory, recall(memory, query)


class NeuralMemory(nn.Module):
    def __init__(self, d_model, d_mem, n_heads=4):
        super().__init__()
        self.n_heads, self.d_mem = n_heads, d_mem
        self.key = nn.Linear(d_model, n_heads * d_mem, bias=False)
        self.value = nn.Linear(d_model, n_heads * d_mem, bias=False)
        self.query = nn.Linear(d_model, n_heads * d_mem, bias=False)
        self.surprise = nn.Linear(d_mem, 1)
        self.rho = nn.Parameter(torch.zeros(n_heads, d_mem))
        self.start = nn.Parameter(torch.zeros(n_heads, d_mem, d_mem))
        self.out = nn.Linear(n_heads * d_mem, d_model)

    def heads(self, x):
        return x.unflatten(-1, (self.n_heads, self.d_mem)).transpose(0, 1)

    def forward(self, x):
        key = F.normalize(self.heads(self.key(x)), dim=-1)
        value, query = self.heads(self.value(x)), self.heads(self.query(x))
        keep = 1 - 0.5 * torch.sigmoid(self.rho)
        step = functools.partial(memory_step, self.surprise, keep)
        start = self.start.expand(x.shape[0], *self.start.shape)
        _, reads = scan(step, start, (key, value, query))
        return self.out(reads.transpose(0, 1).flatten(-2))


def causal_attention(q, k, v):
    t = q.shape[-2]
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    allowed = torch.ones(t, t, dtype=torch.bool, device=q.device).tril()
    return torch.where(allowed, scores, -torch.inf).softmax(-1) @ v


class Attention(nn.Module):
    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.inputs = nn.Linear(d_model, 3 * d_model)
        self.output = nn.Linear(d_model, d_model)

    def forward(self, x):
        q, k, v = (z.unflatten(-1, (self.n_heads, -1)).transpose(1, 2) for z in self.inputs(x).chunk(3, -1))
        return self.output(causal_attention(q, k, v).transpose(1, 2).flatten(-2))


class Block(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.attention = Attention(d_model, n_heads)
        self.memory = NeuralMemory(d_model, d_mem=24)
        self.gate = nn.Linear(d_model, d_model)
        self.norms = nn.ModuleList([nn.LayerNorm(d_model), nn.LayerNorm(d_model)])
        self.mlp = nn.Sequential(nn.Linear(d_model, d_ff), nn.GELU(), nn.Linear(d_ff, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        h = self.norms[0](x)
        g = torch.sigmoid(self.gate(h))
        x = x + self.dropout(torch.lerp(self.attention(h), self.memory(h), g))
        return x + self.dropout(self.mlp(self.norms[1](x)))


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.register_buffer("positions", self.sinusoids(max_seq_len, d_model), persistent=False)
        self.blocks = nn.ModuleList(Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers))
        self.norm = nn.LayerNorm(d_model)
        self.logits = nn.Linear(d_model, vocab_size)

    @staticmethod
    def sinusoids(length, width):
        angle = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
        return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)

    def forward(self, input_ids, labels=None):
        x = self.tokens(input_ids) + self.positions[: input_ids.shape[1]]
        x = functools.reduce(lambda h, block: block(h), self.blocks, x)
        logits = self.logits(self.norm(x))
        out = {"logits": logits}
        if labels is not None:
            out["loss"] = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        return out
