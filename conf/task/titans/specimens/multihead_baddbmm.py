import math
from dataclasses import dataclass
from typing import Dict, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


@dataclass
class ModelConfig:
    vocab_size: int = 10000
    d_model: int = 512
    n_heads: int = 8
    n_layers: int = 6
    d_ff: int = 2048
    max_seq_len: int = 512
    dropout: float = 0.1
    mem_heads: int = 2
    d_mem: int = 32


class LongTermMemory(nn.Module):
    """Multi-head associative memory, one d_mem x d_mem matrix per head."""

    def __init__(self, cfg: ModelConfig):
        super().__init__()
        self.h = cfg.mem_heads
        self.d = cfg.d_mem
        inner = self.h * self.d
        self.wq = nn.Linear(cfg.d_model, inner, bias=False)
        self.wk = nn.Linear(cfg.d_model, inner, bias=False)
        self.wv = nn.Linear(cfg.d_model, inner, bias=False)
        self.wo = nn.Linear(inner, cfg.d_model, bias=False)
        self.surprise_mlp = nn.Sequential(
            nn.Linear(self.d, self.d),
            nn.Tanh(),
            nn.Linear(self.d, 1),
        )
        self.decay = nn.Parameter(torch.full((self.h,), 2.5))

    def _split(self, x: Tensor) -> Tensor:
        B, T, _ = x.shape
        return x.view(B, T, self.h, self.d).transpose(1, 2).reshape(B * self.h, T, self.d)

    def forward(self, x: Tensor, state: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        B, T, _ = x.shape
        q, k, v = self._split(self.wq(x)), self._split(self.wk(x)), self._split(self.wv(x))
        k = F.normalize(k, p=2.0, dim=-1)

        if state is None:
            state = torch.zeros(B * self.h, self.d, self.d, device=x.device, dtype=x.dtype)
        keep = torch.sigmoid(self.decay).repeat(B).view(B * self.h, 1, 1)

        outs = []
        for t in range(T):
            k_t = k[:, t].unsqueeze(-1)
            v_t = v[:, t].unsqueeze(-1)
            q_t = q[:, t].unsqueeze(-1)
            recalled = torch.bmm(state, k_t)
            delta = (v_t - recalled).squeeze(-1)
            write = torch.sigmoid(self.surprise_mlp(delta)).unsqueeze(-1)
            state = torch.baddbmm(keep * state, write * v_t, k_t.transpose(1, 2))
            outs.append(torch.bmm(state, q_t).squeeze(-1))
        y = torch.stack(outs, dim=1)
        y = y.view(B, self.h, T, self.d).transpose(1, 2).reshape(B, T, self.h * self.d)
        return self.wo(y), state


class SelfAttention(nn.Module):
    def __init__(self, cfg: ModelConfig):
        super().__init__()
        self.n_heads = cfg.n_heads
        self.head_dim = cfg.d_model // cfg.n_heads
        self.q_proj = nn.Linear(cfg.d_model, cfg.d_model)
        self.k_proj = nn.Linear(cfg.d_model, cfg.d_model)
        self.v_proj = nn.Linear(cfg.d_model, cfg.d_model)
        self.o_proj = nn.Linear(cfg.d_model, cfg.d_model)
        self.drop = nn.Dropout(cfg.dropout)

    def forward(self, x: Tensor) -> Tensor:
        B, T, C = x.shape
        q = self.q_proj(x).view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        k = self.k_proj(x).view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        v = self.v_proj(x).view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        att = (q @ k.transpose(-1, -2)) / math.sqrt(self.head_dim)
        causal = torch.tril(torch.ones(T, T, device=x.device)).bool()
        att = att.masked_fill(~causal, float("-inf"))
        att = self.drop(F.softmax(att, dim=-1))
        out = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
        return self.o_proj(out)


class TitansBlock(nn.Module):
    def __init__(self, cfg: ModelConfig):
        super().__init__()
        self.ln1 = nn.LayerNorm(cfg.d_model)
        self.ln2 = nn.LayerNorm(cfg.d_model)
        self.attn = SelfAttention(cfg)
        self.memory = LongTermMemory(cfg)
        self.gate = nn.Linear(cfg.d_model, cfg.d_model)
        self.mlp = nn.Sequential(
            nn.Linear(cfg.d_model, cfg.d_ff),
            nn.GELU(),
            nn.Linear(cfg.d_ff, cfg.d_model),
            nn.Dropout(cfg.dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        h = self.ln1(x)
        short_term = self.attn(h)
        long_term, _ = self.memory(h)
        g = torch.sigmoid(self.gate(h))
        x = x + g * short_term + (1.0 - g) * long_term
        x = x + self.mlp(self.ln2(x))
        return x


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048,
                 max_seq_len=512, dropout=0.1):
        super().__init__()
        cfg = ModelConfig(vocab_size, d_model, n_heads, n_layers, d_ff, max_seq_len, dropout)
        self.cfg = cfg
        self.tok_emb = nn.Embedding(cfg.vocab_size, cfg.d_model)
        self.pos_emb = nn.Embedding(cfg.max_seq_len, cfg.d_model)
        self.drop = nn.Dropout(cfg.dropout)
        self.layers = nn.ModuleList([TitansBlock(cfg) for _ in range(cfg.n_layers)])
        self.ln_f = nn.LayerNorm(cfg.d_model)
        self.lm_head = nn.Linear(cfg.d_model, cfg.vocab_size, bias=False)

    def forward(self, input_ids: Tensor, labels: Optional[Tensor] = None) -> Dict[str, Tensor]:
        B, T = input_ids.shape
        pos = torch.arange(T, device=input_ids.device).unsqueeze(0)
        x = self.drop(self.tok_emb(input_ids) + self.pos_emb(pos))
        for layer in self.layers:
            x = layer(x)
        logits = self.lm_head(self.ln_f(x))
        result = {"logits": logits}
        if labels is not None:
            result["loss"] = F.cross_entropy(
                logits[:, :-1, :].reshape(-1, logits.size(-1)), labels[:, 1:].reshape(-1)
            )
        return result
