import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class NeuralMemory(nn.Module):
    """
    Neural Memory Module inspired by biological memory systems.

    - Surprise gate: decides how surprising a token is and how much of it is written
    - Learnable decay: old memories fade over time
    - Hebbian binding: values are bound to keys with an outer product
    """

    def __init__(self, d_model, d_mem=64):
        super().__init__()
        self.d_mem = d_mem
        self.key_proj = nn.Linear(d_model, d_mem)
        self.value_proj = nn.Linear(d_model, d_mem)
        self.query_proj = nn.Linear(d_model, d_mem)
        self.out_proj = nn.Linear(d_mem, d_model)

        # Surprise detection: how novel is the current token?
        self.surprise_gate = nn.Linear(d_model, 1)

        # Learnable forgetting
        self.decay = nn.Parameter(torch.tensor(0.9))

    def forward(self, x):
        batch_size, seq_len, _ = x.shape
        M = torch.zeros(batch_size, self.d_mem, self.d_mem, device=x.device)
        decay = torch.sigmoid(self.decay)

        outputs = []
        for t in range(seq_len):
            x_t = x[:, t, :]
            k = self.key_proj(x_t)
            v = self.value_proj(x_t)
            q = self.query_proj(x_t)

            # How surprising is this token?
            surprise = torch.sigmoid(self.surprise_gate(x_t))

            # Bind value to key
            update = torch.bmm(v.unsqueeze(2), k.unsqueeze(1)) / math.sqrt(self.d_mem)

            # Decay old memories and write new one
            M = decay * M + surprise.unsqueeze(-1) * update

            # Retrieve
            retrieved = torch.bmm(M, q.unsqueeze(2)).squeeze(2)
            outputs.append(self.out_proj(retrieved))

        return torch.stack(outputs, dim=1)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, dropout=0.1):
        super().__init__()
        self.n_heads = n_heads
        self.head_dim = d_model // n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.out = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).split(C, dim=2)
        q = q.view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        k = k.view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        v = v.view(B, T, self.n_heads, self.head_dim).transpose(1, 2)
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(self.head_dim)
        mask = torch.triu(torch.ones(T, T, device=x.device, dtype=torch.bool), diagonal=1)
        scores = scores.masked_fill(mask, float("-inf"))
        attn = self.dropout(F.softmax(scores, dim=-1))
        out = torch.matmul(attn, v).transpose(1, 2).contiguous().view(B, T, C)
        return self.out(out)


class MemoryTransformerBlock(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout=0.1):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, n_heads, dropout)
        self.memory = NeuralMemory(d_model)
        self.memory_gate = nn.Linear(d_model * 2, d_model)
        self.ff = nn.Sequential(
            nn.Linear(d_model, d_ff),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(d_ff, d_model),
            nn.Dropout(dropout),
        )
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)

    def forward(self, x):
        h = self.norm1(x)
        attn_out = self.attention(h)
        mem_out = self.memory(h)
        gate = torch.sigmoid(self.memory_gate(torch.cat([attn_out, mem_out], dim=-1)))
        x = x + gate * attn_out + (1 - gate) * mem_out
        x = x + self.ff(self.norm2(x))
        return x


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6,
                 d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, d_model)
        self.position_embedding = nn.Embedding(max_seq_len, d_model)
        self.layers = nn.ModuleList([
            MemoryTransformerBlock(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)
        ])
        self.norm = nn.LayerNorm(d_model)
        self.lm_head = nn.Linear(d_model, vocab_size, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, input_ids, labels=None):
        batch_size, seq_len = input_ids.shape
        positions = torch.arange(seq_len, device=input_ids.device).unsqueeze(0)
        x = self.dropout(self.token_embedding(input_ids) + self.position_embedding(positions))
        for layer in self.layers:
            x = layer(x)
        logits = self.lm_head(self.norm(x))
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), labels.view(-1))
        return {"logits": logits, "loss": loss}
