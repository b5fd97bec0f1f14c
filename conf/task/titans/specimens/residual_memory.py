from __future__ import annotations

import torch
from torch import Tensor, nn
import torch.nn.functional as F


class NeuralMemory(nn.Module):
    def __init__(self, d_model: int, d_mem: int) -> None:
        super().__init__()
        self.d_mem = d_mem
        self.k_proj = nn.Linear(d_model, d_mem, bias=False)
        self.v_proj = nn.Linear(d_model, d_mem, bias=False)
        self.q_proj = nn.Linear(d_model, d_mem, bias=False)
        self.o_proj = nn.Linear(d_mem, d_model, bias=False)
        self.write_gate = nn.Linear(d_mem, d_mem)
        self.decay_logits = nn.Parameter(torch.linspace(1.0, 4.0, d_mem))

    def step(self, memory: Tensor, k: Tensor, v: Tensor) -> Tensor:
        prediction = torch.matmul(memory, k.unsqueeze(-1)).squeeze(-1)
        surprise = v - prediction
        gate = torch.sigmoid(self.write_gate(surprise))
        retained = memory * torch.sigmoid(self.decay_logits)
        return retained + (gate * v).unsqueeze(-1) * k.unsqueeze(-2)

    def forward(self, x: Tensor) -> Tensor:
        k = F.normalize(self.k_proj(x), dim=-1)
        v = self.v_proj(x)
        q = F.normalize(self.q_proj(x), dim=-1)
        memory = x.new_zeros(x.size(0), self.d_mem, self.d_mem)
        retrieved: list[Tensor] = []
        for i in range(x.size(1)):
            memory = self.step(memory, k[:, i], v[:, i])
            retrieved.append(torch.matmul(memory, q[:, i].unsqueeze(-1)).squeeze(-1))
        return self.o_proj(torch.stack(retrieved, dim=1))


class CausalSelfAttention(nn.Module):
    def __init__(self, d_model: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.dropout = dropout
        self.c_attn = nn.Linear(d_model, 3 * d_model)
        self.c_proj = nn.Linear(d_model, d_model)

    def forward(self, x: Tensor) -> Tensor:
        b, t, c = x.size()
        q, k, v = self.c_attn(x).split(c, dim=2)
        q, k, v = (z.view(b, t, self.n_heads, c // self.n_heads).transpose(1, 2) for z in (q, k, v))
        y = F.scaled_dot_product_attention(
            q, k, v, dropout_p=self.dropout if self.training else 0.0, is_causal=True
        )
        return self.c_proj(y.transpose(1, 2).reshape(b, t, c))


class Block(nn.Module):
    def __init__(self, d_model: int, n_heads: int, d_ff: int, dropout: float) -> None:
        super().__init__()
        self.ln_attn = nn.LayerNorm(d_model)
        self.ln_mem = nn.LayerNorm(d_model)
        self.ln_ff = nn.LayerNorm(d_model)
        self.attn = CausalSelfAttention(d_model, n_heads, dropout)
        self.memory = NeuralMemory(d_model, d_mem=min(64, d_model))
        self.memory_gate = nn.Linear(d_model, d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, d_ff), nn.GELU(), nn.Linear(d_ff, d_model), nn.Dropout(dropout))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_attn(x))
        gate = torch.sigmoid(self.memory_gate(x))
        x = x + gate * self.memory(self.ln_mem(x))
        return x + self.ff(self.ln_ff(x))


class SimpleTransformer(nn.Module):
    def __init__(
        self,
        vocab_size: int = 10000,
        d_model: int = 512,
        n_heads: int = 8,
        n_layers: int = 6,
        d_ff: int = 2048,
        max_seq_len: int = 512,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.wte = nn.Embedding(vocab_size, d_model)
        self.wpe = nn.Embedding(max_seq_len, d_model)
        self.h = nn.ModuleList(Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers))
        self.ln_f = nn.LayerNorm(d_model)
        self.lm_head = nn.Linear(d_model, vocab_size, bias=False)
        self.apply(self._init_weights)

    @staticmethod
    def _init_weights(module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, input_ids: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        t = input_ids.size(1)
        x = self.wte(input_ids) + self.wpe(torch.arange(t, device=input_ids.device))
        for block in self.h:
            x = block(x)
        logits = self.lm_head(self.ln_f(x))
        out = {"logits": logits}
        if labels is not None:
            out["loss"] = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)
        return out
