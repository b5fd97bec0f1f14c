import torch
from torch import nn
from torch.nn import functional as F


class NeuralMemory(nn.Module):
    def __init__(self, d_model: int, d_mem: int = 64):
        super().__init__()
        self.d_mem = d_mem
        self.key = nn.Linear(d_model, d_mem)
        self.value = nn.Linear(d_model, d_mem)
        self.query = nn.Linear(d_model, d_mem)
        self.out = nn.Linear(d_mem, d_model)
        self.surprise_scale = nn.Linear(1, 1)
        self.decay = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, seq_len, _ = x.shape
        M = torch.zeros(batch, self.d_mem, self.d_mem, device=x.device)
        decay = torch.sigmoid(self.decay)
        outputs = []
        for t in range(seq_len):
            k = F.normalize(self.key(x[:, t]), dim=-1)
            v = self.value(x[:, t])
            q = self.query(x[:, t])

            predicted = torch.bmm(M, k.unsqueeze(-1)).squeeze(-1)
            error = (v - predicted).norm(dim=-1, keepdim=True)
            surprise = F.softplus(self.surprise_scale(error))

            M = decay * M + surprise.unsqueeze(-1) * torch.bmm(v.unsqueeze(-1), k.unsqueeze(1))
            outputs.append(torch.bmm(M, q.unsqueeze(-1)).squeeze(-1))
        return self.out(torch.stack(outputs, dim=1))


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
        self.gate = nn.Linear(2 * d_model, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model))

    def forward(self, x):
        h = self.norm1(x)
        attn_out = self.attn(h)
        mem_out = self.memory(h)
        g = torch.sigmoid(self.gate(torch.cat([attn_out, mem_out], dim=-1)))
        x = x + g * attn_out + (1 - g) * mem_out
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
