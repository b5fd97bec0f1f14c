import torch
import torch.nn as nn
import torch.nn.functional as F
from typing import Optional


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


def precompute_rope(dim: int, max_len: int, base: float = 10000.0):
    inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim))
    freqs = torch.outer(torch.arange(max_len).float(), inv_freq)
    return torch.cos(freqs), torch.sin(freqs)


def apply_rope(x, cos, sin):
    x1, x2 = x[..., ::2], x[..., 1::2]
    cos, sin = cos[: x.size(-2)], sin[: x.size(-2)]
    return torch.stack((x1 * cos - x2 * sin, x1 * sin + x2 * cos), dim=-1).flatten(-2)


class NeuralLongTermMemory(nn.Module):
    """
    Matrix-valued long-term memory.

    State:   M in R^{d_mem x d_mem}, per sequence
    Predict: v_hat = M k
    Error:   e = v - v_hat
    Write:   M <- lambda * M + sigma(w * |e| + b) * v k^T
    Read:    y = M q
    """

    def __init__(self, dim: int, d_mem: int = 64):
        super().__init__()
        self.d_mem = d_mem
        self.wk = nn.Linear(dim, d_mem, bias=False)
        self.wv = nn.Linear(dim, d_mem, bias=False)
        self.wq = nn.Linear(dim, d_mem, bias=False)
        self.wo = nn.Linear(d_mem, dim, bias=False)
        self.norm = RMSNorm(d_mem)
        self.surprise_scale = nn.Parameter(torch.ones(d_mem))
        self.surprise_shift = nn.Parameter(torch.zeros(d_mem))
        self.decay_logit = nn.Parameter(torch.tensor(4.0))
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        bsz, seqlen, _ = x.shape
        k = F.normalize(self.wk(x).float(), dim=-1).type_as(x)
        v = self.wv(x)
        q = F.normalize(self.wq(x).float(), dim=-1).type_as(x)

        M = torch.zeros(bsz, self.d_mem, self.d_mem, dtype=x.dtype, device=x.device)
        lam = self.sigmoid(self.decay_logit)
        ys = []
        for t in range(seqlen):
            k_t, v_t, q_t = k[:, t], v[:, t], q[:, t]
            v_hat = torch.matmul(M, k_t.unsqueeze(-1)).squeeze(-1)
            e_t = torch.abs(v_t - v_hat)
            s_t = self.sigmoid(e_t * self.surprise_scale + self.surprise_shift)
            kv = v_t.unsqueeze(-1) @ k_t.unsqueeze(-2)
            M = M.mul(lam).add(s_t.unsqueeze(-1).mul(kv))
            ys.append(torch.matmul(M, q_t.unsqueeze(-1)).squeeze(-1))
        y = torch.stack(ys, dim=1)
        return self.wo(self.norm(y))


class Attention(nn.Module):
    def __init__(self, dim: int, n_heads: int, max_seq_len: int):
        super().__init__()
        self.n_heads = n_heads
        self.head_dim = dim // n_heads
        self.wq = nn.Linear(dim, dim, bias=False)
        self.wk = nn.Linear(dim, dim, bias=False)
        self.wv = nn.Linear(dim, dim, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)
        cos, sin = precompute_rope(self.head_dim, max_seq_len)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(self, x):
        bsz, seqlen, _ = x.shape
        q = self.wq(x).view(bsz, seqlen, self.n_heads, self.head_dim).transpose(1, 2)
        k = self.wk(x).view(bsz, seqlen, self.n_heads, self.head_dim).transpose(1, 2)
        v = self.wv(x).view(bsz, seqlen, self.n_heads, self.head_dim).transpose(1, 2)
        q, k = apply_rope(q, self.cos, self.sin), apply_rope(k, self.cos, self.sin)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.wo(y.transpose(1, 2).contiguous().view(bsz, seqlen, -1))


class SwiGLU(nn.Module):
    def __init__(self, dim: int, hidden: int):
        super().__init__()
        self.w1 = nn.Linear(dim, hidden, bias=False)
        self.w2 = nn.Linear(hidden, dim, bias=False)
        self.w3 = nn.Linear(dim, hidden, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Block(nn.Module):
    def __init__(self, dim: int, n_heads: int, hidden: int, max_seq_len: int, dropout: float):
        super().__init__()
        self.attention = Attention(dim, n_heads, max_seq_len)
        self.memory = NeuralLongTermMemory(dim)
        self.feed_forward = SwiGLU(dim, hidden)
        self.attention_norm = RMSNorm(dim)
        self.ffn_norm = RMSNorm(dim)
        self.dropout = nn.Dropout(dropout)
        self.mix_logit = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        h = self.attention_norm(x)
        mix = torch.sigmoid(self.mix_logit)
        h = mix * self.attention(h) + (1 - mix) * self.memory(h)
        x = x + self.dropout(h)
        return x + self.dropout(self.feed_forward(self.ffn_norm(x)))


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size: int = 10000, d_model: int = 512, n_heads: int = 8, n_layers: int = 6,
                 d_ff: int = 2048, max_seq_len: int = 512, dropout: float = 0.1):
        super().__init__()
        self.tok_embeddings = nn.Embedding(vocab_size, d_model)
        self.layers = nn.ModuleList(
            Block(d_model, n_heads, d_ff, max_seq_len, dropout) for _ in range(n_layers)
        )
        self.norm = RMSNorm(d_model)
        self.output = nn.Linear(d_model, vocab_size, bias=False)

    def forward(self, input_ids: torch.Tensor, labels: Optional[torch.Tensor] = None):
        h = self.tok_embeddings(input_ids)
        for layer in self.layers:
            h = layer(h)
        logits = self.output(self.norm(h))
        out = {"logits": logits}
        if labels is not None:
            out["loss"] = F.cross_entropy(
                logits[:, :-1].reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=-100
            )
        return out
