"""Transformer whose blocks carry a Hebbian memory next to a causal attention."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class HebbianMemory(nn.Module):

    CHUNK = 1

    def __init__(self, dim, mem_dim=64):
        super().__init__()
        self.mem_dim = mem_dim
        self.in_norm = nn.LayerNorm(dim)
        self.to_kv = nn.Linear(dim, 2 * mem_dim, bias=False)
        self.to_q = nn.Linear(dim, mem_dim, bias=False)
        self.to_gate = nn.Sequential(nn.LayerNorm(mem_dim), nn.Linear(mem_dim, 1), nn.Sigmoid())
        self.decay = nn.Parameter(torch.randn(mem_dim, 1) * 0.5 + 3.0)
        self.to_out = nn.Linear(mem_dim, dim, bias=False)

    def initial_state(self, batch, like):
        return torch.zeros((batch, self.mem_dim, self.mem_dim), device=like.device, dtype=like.dtype)

    def update(self, state, k, v):
        residual = v - torch.squeeze(state @ torch.unsqueeze(k, 2), 2)
        amount = self.to_gate(residual)
        return torch.addcmul(state * self.decay.sigmoid(), (amount * v).unsqueeze(2), k.unsqueeze(1))

    def forward(self, x):
        x = self.in_norm(x)
        state = self.initial_state(x.shape[0], x)
        pieces = []
        for chunk in torch.split(x, self.CHUNK, dim=1):
            token = chunk.squeeze(1)
            k, v = torch.chunk(self.to_kv(token), 2, dim=-1)
            q = self.to_q(token)
            pieces.append(torch.squeeze(state @ torch.unsqueeze(q, 2), 2))
            state = self.update(state, F.normalize(k, dim=-1), v)
        return self.to_out(torch.stack(pieces, dim=1))


class CausalAttention(nn.Module):
    def __init__(self, dim, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.qkv, self.proj = nn.Linear(dim, dim * 3, bias=False), nn.Linear(dim, dim)

    def forward(self, x):
        b, n, d = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads)
        q, k, v = qkv.transpose(1, 3).unbind(2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=self.dropout * self.training)
        return self.proj(y.transpose(1, 2).reshape(b, n, d))


class Block(nn.Module):
    def __init__(self, dim, heads, hidden, dropout):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attn = CausalAttention(dim, heads, dropout)
        self.memory = HebbianMemory(dim)
        self.blend = nn.Sequential(nn.Linear(dim * 2, dim), nn.Tanh(), nn.Linear(dim, dim), nn.Sigmoid())
        self.mlp = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim))

    def forward(self, x):
        h = self.norm1(x)
        short, long = self.attn(h), self.memory(x)
        trust = self.blend(torch.cat([short, long], dim=-1))
        distrust = 1.0 - trust
        x = x + trust * short + distrust * long
        return x + self.mlp(self.norm2(x))


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab_size, d_model)
        self.embed_positions = nn.Embedding(max_seq_len, d_model)
        self.blocks = nn.ModuleList([Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)])
        self.final_norm = nn.LayerNorm(d_model)
        self.to_logits = nn.Linear(d_model, vocab_size, bias=False)

    def forward(self, input_ids, labels=None):
        pos = torch.arange(input_ids.shape[-1], device=input_ids.device)
        x = self.embed_tokens(input_ids) + self.embed_positions(pos)
        for block in self.blocks:
            x = block(x)
        logits = self.to_logits(self.final_norm(x))
        if labels is None:
            return dict(logits=logits)
        return dict(logits=logits, loss=F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()))
