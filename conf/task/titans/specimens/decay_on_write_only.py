import torch
from torch import nn
from torch.nn import functional as F


class CausalAttention(nn.Module):
    def __init__(self, d_model: int, n_heads: int, dropout: float):
        super().__init__()
        self.mha = nn.MultiheadAttention(d_model, n_heads, dropout=dropout, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seq_len = x.size(1)
        mask = torch.ones(seq_len, seq_len, dtype=torch.bool, device=x.device).triu(diagonal=1)
        out, _ = self.mha(x, x, x, attn_mask=mask, need_weights=False)
        return out


class NeuralMemory(nn.Module):
    """Keeps a matrix of associations; `decay` regulates the balance of old and new."""

    def __init__(self, d_model: int, d_mem: int = 64):
        super().__init__()
        self.d_mem = d_mem
        self.W_q = nn.Linear(d_model, d_mem)
        self.W_k = nn.Linear(d_model, d_mem)
        self.W_v = nn.Linear(d_model, d_mem)
        self.W_s = nn.Linear(d_mem, 1)
        self.W_o = nn.Linear(d_mem, d_model)
        self.decay = nn.Parameter(torch.tensor(1.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch_size, seq_len, _ = x.shape
        M = torch.zeros(batch_size, self.d_mem, self.d_mem).to(x)
        retrieved = []
        for t in range(seq_len):
            token = x[:, t]
            q, v = self.W_q(token), self.W_v(token)
            k = F.normalize(self.W_k(token), dim=-1)
            recon = torch.bmm(M, k.unsqueeze(2)).squeeze(2)
            s = torch.sigmoid(self.W_s(v - recon))
            update = s.unsqueeze(2) * torch.bmm(v.unsqueeze(2), k.unsqueeze(1))
            M = M + torch.sigmoid(self.decay) * update
            retrieved.append(torch.bmm(M, q.unsqueeze(2)).squeeze(2))
        return self.W_o(torch.stack(retrieved, dim=1))


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
        attended = self.attn(x)
        remembered = self.memory(x)
        gate = torch.sigmoid(self.gate(torch.cat((attended, remembered), dim=-1)))
        x = self.norm1(x + gate * attended + (1 - gate) * remembered)
        return self.norm2(x + self.ff(x))


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
