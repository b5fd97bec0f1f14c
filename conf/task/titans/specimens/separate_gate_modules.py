"""
Memory-Augmented Transformer
============================

This file extends a standard decoder-only transformer with a neural long-term memory.

Key ideas:
    1. SurpriseDetector  - measures how badly the memory predicted the incoming value
    2. ForgettingCurve   - learnable, per-row retention of old associations
    3. NeuralMemory      - the associative matrix itself, updated token by token
    4. ContextBlender    - decides between immediate context and long-term knowledge
"""

import math
from typing import Dict, List, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F


class SurpriseDetector(nn.Module):
    """Maps the memory's prediction error to a write strength in (0, 1)."""

    def __init__(self, d_mem: int):
        super().__init__()
        self.error_norm = nn.LayerNorm(d_mem)
        self.fc1 = nn.Linear(d_mem, d_mem)
        self.fc2 = nn.Linear(d_mem, 1)

    def forward(self, expected: torch.Tensor, actual: torch.Tensor) -> torch.Tensor:
        # expected, actual: (batch, d_mem)
        error = expected - actual
        magnitude = torch.sqrt(torch.sum(error * error, dim=-1, keepdim=True) + 1e-8)
        hidden = F.gelu(self.fc1(self.error_norm(error)) + magnitude)
        return torch.sigmoid(self.fc2(hidden))  # (batch, 1)


class ForgettingCurve(nn.Module):
    """Learnable retention factors, one for each row of the memory."""

    def __init__(self, d_mem: int):
        super().__init__()
        self.raw = nn.Parameter(torch.linspace(1.0, 5.0, d_mem))

    def forward(self, memory: torch.Tensor) -> torch.Tensor:
        retention = torch.sigmoid(self.raw).view(1, -1, 1)
        return memory * retention


class NeuralMemory(nn.Module):
    """Associative memory M of shape (batch, d_mem, d_mem)."""

    def __init__(self, d_model: int, d_mem: int = 64):
        super().__init__()
        self.d_mem = d_mem
        self.key_proj = nn.Linear(d_model, d_mem, bias=False)
        self.value_proj = nn.Linear(d_model, d_mem, bias=False)
        self.query_proj = nn.Linear(d_model, d_mem, bias=False)
        self.output_proj = nn.Linear(d_mem, d_model)
        self.surprise = SurpriseDetector(d_mem)
        self.forgetting = ForgettingCurve(d_mem)

    def _associate(self, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Outer product V (x) K^T for each element of the batch."""
        return torch.einsum("bi,bj->bij", value, key)

    def _recall(self, memory: torch.Tensor, cue: torch.Tensor) -> torch.Tensor:
        """Look up what is associated with a cue."""
        return torch.bmm(memory, cue.unsqueeze(-1)).squeeze(-1)

    def _step(self, memory: torch.Tensor, token: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        key = F.normalize(self.key_proj(token), dim=-1)
        value = torch.tanh(self.value_proj(token))
        query = F.normalize(self.query_proj(token), dim=-1)

        recalled = self._recall(memory, query)

        expected = self._recall(memory, key)
        surprise = self.surprise(expected, value)
        faded = self.forgetting(memory)
        memory = faded + surprise.unsqueeze(-1) * self._associate(key, value)
        return memory, recalled

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch_size, seq_len, _ = x.shape
        memory = torch.zeros(batch_size, self.d_mem, self.d_mem, device=x.device, dtype=x.dtype)
        recalled: List[torch.Tensor] = []
        for position in range(seq_len):
            memory, readout = self._step(memory, x[:, position, :])
            recalled.append(readout)
        return self.output_proj(torch.stack(recalled, dim=1))


class ContextBlender(nn.Module):
    """Blends immediate context with long-term knowledge, head by head."""

    def __init__(self, d_model: int, n_heads: int):
        super().__init__()
        self.n_heads = n_heads
        self.to_gate = nn.Linear(2 * d_model, n_heads)

    def forward(self, context: torch.Tensor, knowledge: torch.Tensor) -> torch.Tensor:
        batch_size, seq_len, d_model = context.shape
        g = torch.sigmoid(self.to_gate(torch.cat([context, knowledge], dim=-1)))
        g = g.unsqueeze(-1)  # (batch, seq, heads, 1)
        context = context.view(batch_size, seq_len, self.n_heads, -1)
        knowledge = knowledge.view(batch_size, seq_len, self.n_heads, -1)
        blended = g * context + (1.0 - g) * knowledge
        return blended.reshape(batch_size, seq_len, d_model)


class CausalSelfAttention(nn.Module):
    """Standard multi-head causal self-attention."""

    def __init__(self, d_model: int, n_heads: int, max_seq_len: int, dropout: float):
        super().__init__()
        assert d_model % n_heads == 0, "d_model must be divisible by n_heads"
        self.n_heads = n_heads
        self.head_dim = d_model // n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.proj = nn.Linear(d_model, d_model)
        self.attn_dropout = nn.Dropout(dropout)
        mask = torch.tril(torch.ones(max_seq_len, max_seq_len)).view(1, 1, max_seq_len, max_seq_len)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, T, C = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        k = k.view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        v = v.view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(self.head_dim))
        att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
        att = self.attn_dropout(F.softmax(att, dim=-1))
        y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.proj(y)


class MemoryBlock(nn.Module):
    """Transformer block with attention, memory and feed-forward network."""

    def __init__(self, d_model: int, n_heads: int, d_ff: int, max_seq_len: int, dropout: float):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.attention = CausalSelfAttention(d_model, n_heads, max_seq_len, dropout)
        self.memory = NeuralMemory(d_model)
        self.blender = ContextBlender(d_model, n_heads)
        self.feed_forward = nn.Sequential(
            nn.Linear(d_model, d_ff),
            nn.GELU(),
            nn.Linear(d_ff, d_model),
            nn.Dropout(dropout),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        normed = self.norm1(x)
        x = x + self.dropout(self.blender(self.attention(normed), self.memory(normed)))
        x = x + self.feed_forward(self.norm2(x))
        return x


class SimpleTransformer(nn.Module):
    """Decoder-only transformer with surprise-driven long-term memory."""

    def __init__(
        self,
        vocab_size: int = 10000,
        d_model: int = 512,
        n_heads: int = 8,
        n_layers: int = 6,
        d_ff: int = 2048,
        max_seq_len: int = 512,
        dropout: float = 0.1,
    ):
        super().__init__()
        self.d_model = d_model
        self.max_seq_len = max_seq_len
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.position_embedding = nn.Embedding(max_seq_len, d_model)
        self.blocks = nn.ModuleList(
            [MemoryBlock(d_model, n_heads, d_ff, max_seq_len, dropout) for _ in range(n_layers)]
        )
        self.final_norm = nn.LayerNorm(d_model)
        self.lm_head = nn.Linear(d_model, vocab_size, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, input_ids: torch.Tensor, labels: Optional[torch.Tensor] = None
    ) -> Dict[str, torch.Tensor]:
        batch_size, seq_len = input_ids.shape
        positions = torch.arange(seq_len, device=input_ids.device).unsqueeze(0).expand(batch_size, -1)
        x = self.token_embedding(input_ids) * math.sqrt(self.d_model) + self.position_embedding(positions)
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x)
        logits = self.lm_head(self.final_norm(x))
        output = {"logits": logits}
        if labels is not None:
            output["loss"] = F.cross_entropy(
                logits[:, :-1, :].contiguous().view(-1, logits.size(-1)),
                labels[:, 1:].contiguous().view(-1),
            )
        return output


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SimpleTransformer(vocab_size=1000, d_model=128, n_heads=4, n_layers=2, d_ff=256)
    ids = torch.randint(0, 1000, (2, 32))
    result = model(ids, labels=ids)
    print("logits:", tuple(result["logits"].shape))
    print("loss:", result["loss"].item())
