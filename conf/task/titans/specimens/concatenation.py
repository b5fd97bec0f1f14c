import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, d_model, n_heads, dropout):
        super().__init__()
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.proj = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        k = k.view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        v = v.view(B, T, self.n_heads, self.d_head).transpose(1, 2)
        att = q @ k.transpose(-2, -1) / math.sqrt(self.d_head)
        mask = torch.triu(torch.ones(T, T, device=x.device), diagonal=1).bool()
        att = self.dropout(att.masked_fill(mask, float("-inf")).softmax(dim=-1))
        return self.proj((att @ v).transpose(1, 2).reshape(B, T, C))


class NeuralMemory(nn.Module):
    def __init__(self, d_model, d_mem=64):
        super().__init__()
        self.d_mem = d_mem
        self.W_k = nn.Linear(d_model, d_mem)
        self.W_v = nn.Linear(d_model, d_mem)
        self.W_q = nn.Linear(d_model, d_mem)
        self.W_out = nn.Linear(d_mem, d_model)
        self.surprise_gate = nn.Linear(d_mem, d_mem)
        self.decay = nn.Parameter(torch.ones(1, d_mem, 1) * 2.0)

    def forward(self, x):
        B, T, _ = x.shape
        M = torch.zeros(B, self.d_mem, self.d_mem, device=x.device)
        outputs = []
        for t in range(T):
            k = F.normalize(self.W_k(x[:, t]), dim=-1)
            v = self.W_v(x[:, t])
            q = F.normalize(self.W_q(x[:, t]), dim=-1)
            v_hat = torch.bmm(M, k.unsqueeze(-1)).squeeze(-1)
            s = torch.sigmoid(self.surprise_gate(v - v_hat))
            M = torch.sigmoid(self.decay) * M + torch.bmm((s * v).unsqueeze(-1), k.unsqueeze(1))
            outputs.append(torch.bmm(M, q.unsqueeze(-1)).squeeze(-1))
        return self.W_out(torch.stack(outputs, dim=1))


class Block(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.attn = Attention(d_model, n_heads, dropout)
        self.memory = NeuralMemory(d_model)
        self.combine = nn.Linear(2 * d_model, d_model)
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)
        self.ff = nn.Sequential(
            nn.Linear(d_model, d_ff), nn.GELU(), nn.Linear(d_ff, d_model), nn.Dropout(dropout)
        )

    def forward(self, x):
        h = self.norm1(x)
        combined = torch.cat([self.attn(h), self.memory(h)], dim=-1)
        x = x + self.combine(combined)
        return x + self.ff(self.norm2(x))


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.token_emb = nn.Embedding(vocab_size, d_model)
        self.pos_emb = nn.Embedding(max_seq_len, d_model)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)])
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size, bias=False)

    def forward(self, input_ids, labels=None):
        B, T = input_ids.shape
        pos = torch.arange(T, device=input_ids.device)
        x = self.dropout(self.token_emb(input_ids) + self.pos_emb(pos))
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.norm(x))
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), labels.view(-1))
        return {"logits": logits, "loss": loss}
