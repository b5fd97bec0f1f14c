"""A small decoder-only language model, and data that it can learn."""

import math

import torch
from torch import nn
from torch.utils.data import Dataset

VOCABULARY = 8192
MODEL_SIZES = {
    "small": {"d_model": 128, "n_heads": 4, "n_layers": 2, "d_ff": 512, "max_seq_len": 64},
    "medium": {"d_model": 512, "n_heads": 8, "n_layers": 8, "d_ff": 2048, "max_seq_len": 512},
    "large": {"d_model": 1024, "n_heads": 16, "n_layers": 24, "d_ff": 4096, "max_seq_len": 1024},
}


class Attention(nn.Module):
    """Causal self-attention over several heads."""

    def __init__(self, d_model, n_heads):
        super().__init__()
        self.n_heads = n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)

    def forward(self, x):
        batch, seq, d_model = x.shape
        heads = self.qkv(x).view(batch, seq, 3, self.n_heads, d_model // self.n_heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
        future = torch.ones(seq, seq, dtype=torch.bool, device=x.device).triu(1)
        weights = scores.masked_fill(future, float("-inf")).softmax(dim=-1)
        return self.out((weights @ value).transpose(1, 2).reshape(batch, seq, d_model))


class FeedForward(nn.Module):
    """Two layers with a nonlinearity in between, the same for every position."""

    def __init__(self, d_model, d_ff):
        super().__init__()
        self.up = nn.Linear(d_model, d_ff)
        self.activation = nn.ReLU()
        self.down = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.down(self.activation(self.up(x)))


class TransformerBlock(nn.Module):
    """Attention and feed-forward, each behind a norm and around a residual."""

    def __init__(self, d_model, n_heads, d_ff):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.attn = Attention(d_model, n_heads)
        self.norm2 = nn.LayerNorm(d_model)
        self.ff = FeedForward(d_model, d_ff)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.ff(self.norm2(x))


class TransformerLM(nn.Module):
    """Token ids of shape (batch, seq) in, logits of shape (batch, seq, vocabulary) out."""

    def __init__(self, d_model, n_heads, n_layers, d_ff, max_seq_len, vocab_size=VOCABULARY):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(max_seq_len, d_model)
        self.blocks = nn.ModuleList(TransformerBlock(d_model, n_heads, d_ff) for _ in range(n_layers))
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size, bias=False)

    def forward(self, input_ids):
        positions = torch.arange(input_ids.size(1), device=input_ids.device)
        x = self.embedding(input_ids) + self.positions(positions)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def build_model(size):
    """A freshly initialised model of one of MODEL_SIZES."""
    return TransformerLM(**MODEL_SIZES[size])


class SyntheticTokens(Dataset):
    """Sequences that count up by a step of their own; the labels are the tokens that come next."""

    def __init__(self, num_samples, seed=0, seq_len=32):
        generator = torch.Generator().manual_seed(seed)
        start = torch.randint(VOCABULARY, (num_samples, 1), generator=generator)
        step = torch.randint(1, 17, (num_samples, 1), generator=generator)
        self.tokens = (start + step * torch.arange(seq_len + 1)) % VOCABULARY

    def __len__(self):
        return len(self.tokens)

    def __getitem__(self, index):
        return self.tokens[index, :-1], self.tokens[index, 1:]
