from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F


class MemoryState(NamedTuple):
    matrix: torch.Tensor


class MemoryCell(nn.Module):
    """One step of the memory: (state, token) -> (state, readout)."""

    def __init__(self, width: int, slots: int):
        super().__init__()
        self.key = nn.Linear(width, slots, bias=False)
        self.value = nn.Linear(width, slots, bias=False)
        self.query = nn.Linear(width, slots, bias=False)
        self.novelty_scale = nn.Parameter(torch.ones(()))
        self.novelty_bias = nn.Parameter(torch.zeros(()))
        self.forget = nn.Parameter(torch.full((slots,), -3.0))

    def forward(self, state: MemoryState, token: torch.Tensor):
        k = self.key(token)
        k = k / (k.norm(dim=-1, keepdim=True) + 1e-6)
        v = self.value(token)
        q = self.query(token)

        expected = (state.matrix * k[:, None, :]).sum(-1)
        novelty = (v - expected).norm(dim=-1, keepdim=True)
        strength = torch.sigmoid(self.novelty_scale * novelty + self.novelty_bias)

        retain = torch.exp(-F.softplus(self.forget))
        matrix = retain[None, :, None] * state.matrix + strength[:, :, None] * (v[:, :, None] * k[:, None, :])
        readout = (matrix * q[:, None, :]).sum(-1)
        return MemoryState(matrix), readout


class NeuralMemory(nn.Module):
    def __init__(self, width: int, slots: int = 48):
        super().__init__()
        self.cell = MemoryCell(width, slots)
        self.initial = nn.Parameter(torch.randn(slots, slots) * 0.01)
        self.expand = nn.Linear(slots, width)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        state = MemoryState(self.initial.expand(tokens.size(0), -1, -1))
        readouts = []
        for token in tokens.unbind(dim=1):
            state, readout = self.cell(state, token)
            readouts.append(readout)
        return self.expand(torch.stack(readouts, 1))


class Layer(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.attention = nn.MultiheadAttention(d_model, n_heads, dropout=dropout, batch_first=True)
        self.memory = NeuralMemory(d_model)
        self.mixer = nn.Linear(d_model, 1)
        self.norm_a = nn.LayerNorm(d_model)
        self.norm_b = nn.LayerNorm(d_model)
        self.ffn = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Dropout(dropout), nn.Linear(d_ff, d_model))

    def forward(self, x, mask):
        attended, _ = self.attention(x, x, x, attn_mask=mask, need_weights=False)
        remembered = self.memory(x)
        mix = self.mixer(x).sigmoid()
        x = self.norm_a(x + torch.lerp(remembered, attended, mix))
        return self.norm_b(x + self.ffn(x))


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, d_model)
        self.position = nn.Parameter(torch.zeros(1, max_seq_len, d_model))
        self.layers = nn.ModuleList(Layer(d_model, n_heads, d_ff, dropout) for _ in range(n_layers))
        self.head = nn.Linear(d_model, vocab_size)
        nn.init.normal_(self.position, std=0.02)

    def forward(self, input_ids, labels=None):
        length = input_ids.size(1)
        mask = nn.Transformer.generate_square_subsequent_mask(length, device=input_ids.device)
        x = self.embed(input_ids) + self.position[:, :length]
        for layer in self.layers:
            x = layer(x, mask)
        logits = self.head(x)
        if labels is None:
            return {"logits": logits}
        loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        return {"logits": logits, "loss": loss}
