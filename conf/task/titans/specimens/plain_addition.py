import torch
from torch import nn
from torch.nn import functional as F


class NeuralMemory(nn.Module):
    """Hebbian key-value store with surprise-modulated plasticity."""

    def __init__(self, d_model: int, d_mem: int = 48):
        super().__init__()
        self.d_mem = d_mem
        self.in_proj = nn.Linear(d_model, 3 * d_mem, bias=False)
        self.plasticity = nn.Sequential(nn.Linear(d_mem + 1, d_mem), nn.SiLU(), nn.Linear(d_mem, 1))
        self.forget_rate = nn.Parameter(torch.tensor(-3.0))
        self.out_proj = nn.Linear(d_mem, d_model, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        trace = x.new_zeros(x.size(0), self.d_mem, self.d_mem)
        reads = []
        for token in self.in_proj(x).unbind(dim=1):
            cue, key, value = token.split(self.d_mem, dim=-1)
            key = F.normalize(key, dim=-1)
            mismatch = value - torch.einsum("bij,bj->bi", trace, key)
            size = mismatch.square().mean(dim=-1, keepdim=True)
            rate = self.plasticity(torch.cat([mismatch, size], dim=-1)).sigmoid()
            hebb = value[:, :, None] * key[:, None, :]
            trace = (1 - self.forget_rate.sigmoid()) * trace + rate[:, :, None] * hebb
            reads.append(torch.einsum("bij,bj->bi", trace, cue))
        return self.out_proj(torch.stack(reads, dim=1))


class CausalAttention(nn.Module):
    def __init__(self, d_model: int, n_heads: int, dropout: float):
        super().__init__()
        self.mha = nn.MultiheadAttention(d_model, n_heads, dropout=dropout, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seq_len = x.size(1)
        mask = torch.ones(seq_len, seq_len, dtype=torch.bool, device=x.device).triu(diagonal=1)
        out, _ = self.mha(x, x, x, attn_mask=mask, need_weights=False)
        return out


class Block(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.attn = CausalAttention(d_model, n_heads, dropout)
        self.memory = NeuralMemory(d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))

    def forward(self, x):
        h = self.norm1(x)
        x = x + self.attn(h) + self.memory(h)
        return x + self.ff(self.norm2(x))


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
    ):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.pos_embedding = nn.Parameter(torch.randn(1, max_seq_len, d_model) * 0.02)
        self.layers = nn.ModuleList()
        for _ in range(n_layers):
            self.layers.append(Block(d_model, n_heads, d_ff, dropout))
        self.ln_f = nn.LayerNorm(d_model)
        self.lm_head = nn.Linear(d_model, vocab_size)

    def forward(self, input_ids: torch.Tensor, labels: torch.Tensor = None) -> dict:
        x = self.embedding(input_ids) + self.pos_embedding[:, : input_ids.size(1)]
        for layer in self.layers:
            x = layer(x)
        logits = self.lm_head(self.ln_f(x))
        out = {"logits": logits}
        if labels is not None:
            out["loss"] = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        return out
