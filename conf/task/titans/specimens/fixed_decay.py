import torch
import torch.nn as nn
import torch.nn.functional as F

MEMORY_DIM = 64
RETENTION = 0.95


class AssociativeMemory(nn.Module):
    """Key-value memory written in proportion to how badly it predicted the value."""

    def __init__(self, d_model, d_mem=MEMORY_DIM):
        super().__init__()
        self.d_mem = d_mem
        self.proj = nn.Linear(d_model, 3 * d_mem, bias=False)
        self.surprise = nn.Linear(1, 1)
        self.out = nn.Linear(d_mem, d_model)

    def read(self, memory, address):
        return torch.einsum("bij,bj->bi", memory, address)

    def write(self, memory, key, value):
        miss = value - self.read(memory, key)
        surprise = miss.pow(2).mean(dim=-1, keepdim=True)
        strength = torch.sigmoid(self.surprise(surprise))
        return RETENTION * memory + torch.einsum("bi,bj->bij", strength * value, key)

    def forward(self, x):
        queries, keys, values = self.proj(x).chunk(3, dim=-1)
        keys = F.normalize(keys, dim=-1)
        memory = torch.zeros(x.shape[0], self.d_mem, self.d_mem, device=x.device, dtype=x.dtype)
        reads = []
        for query, key, value in zip(queries.unbind(1), keys.unbind(1), values.unbind(1)):
            memory = self.write(memory, key, value)
            reads.append(self.read(memory, query))
        read = torch.stack(reads, dim=1)
        return self.out(read)


class Attention(nn.Module):
    def __init__(self, d_model, n_heads, dropout):
        super().__init__()
        self.inner = nn.MultiheadAttention(d_model, n_heads, dropout=dropout, batch_first=True)

    def forward(self, x):
        n = x.shape[1]
        mask = torch.triu(torch.ones(n, n, dtype=torch.bool, device=x.device), diagonal=1)
        return self.inner(x, x, x, attn_mask=mask, need_weights=False)[0]


class Block(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.pre = nn.LayerNorm(d_model)
        self.post = nn.LayerNorm(d_model)
        self.attention = Attention(d_model, n_heads, dropout)
        self.memory = AssociativeMemory(d_model)
        self.gate = nn.Sequential(nn.Linear(d_model, d_model), nn.Sigmoid())
        self.ffn = nn.Sequential(nn.Linear(d_model, d_ff), nn.GELU(), nn.Linear(d_ff, d_model))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        h = self.pre(x)
        g = self.gate(h)
        x = x + self.dropout(g * self.memory(h) + (1 - g) * self.attention(h))
        return x + self.dropout(self.ffn(self.post(x)))


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(max_seq_len, d_model)
        self.blocks = nn.ModuleList([Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)])
        self.norm = nn.LayerNorm(d_model)
        self.unembed = nn.Linear(d_model, vocab_size, bias=False)

    def forward(self, input_ids, labels=None):
        x = self.tokens(input_ids) + self.positions(torch.arange(input_ids.shape[1], device=input_ids.device))
        for block in self.blocks:
            x = block(x)
        logits = self.unembed(self.norm(x))
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), labels[:, 1:])
            return {"logits": logits, "loss": loss}
        return {"logits": logits}
