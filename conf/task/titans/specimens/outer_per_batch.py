import torch
import torch.nn as nn
import torch.nn.functional as F


class NeuralMemory(nn.Module):
    def __init__(self, d_model, d_mem=32):
        super().__init__()
        self.d_mem = d_mem
        # projections
        self.W_k = nn.Parameter(torch.randn(d_mem, d_model) * 0.02)
        self.W_v = nn.Parameter(torch.randn(d_mem, d_model) * 0.02)
        self.W_q = nn.Parameter(torch.randn(d_mem, d_model) * 0.02)
        self.W_o = nn.Parameter(torch.randn(d_model, d_mem) * 0.02)
        # surprise gate
        self.w_s = nn.Parameter(torch.randn(d_mem) * 0.1)
        self.b_s = nn.Parameter(torch.zeros(1))
        # forgetting
        self.alpha = nn.Parameter(torch.tensor(2.0))

    def forward(self, x):
        B, T, D = x.shape
        results = []
        for b in range(B):
            M = torch.zeros(self.d_mem, self.d_mem, device=x.device)
            rows = []
            for t in range(T):
                h = x[b, t]
                k = F.normalize(F.linear(h, self.W_k), dim=0)
                v = F.linear(h, self.W_v)
                q = F.linear(h, self.W_q)
                # what does the memory think should come with this key?
                guess = torch.mv(M, k)
                err = v - guess
                gate = torch.sigmoid(torch.dot(self.w_s, err) + self.b_s)
                # forget a bit, then write
                M = torch.sigmoid(self.alpha) * M + gate * torch.outer(v, k)
                rows.append(F.linear(torch.mv(M, q), self.W_o))
            results.append(torch.stack(rows))
        return torch.stack(results)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, n_heads, dropout):
        super().__init__()
        self.n_heads = n_heads
        self.d_k = d_model // n_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        B, T, D = x.shape
        q = self.W_q(x).view(B, T, self.n_heads, self.d_k).transpose(1, 2)
        k = self.W_k(x).view(B, T, self.n_heads, self.d_k).transpose(1, 2)
        v = self.W_v(x).view(B, T, self.n_heads, self.d_k).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        y = y.transpose(1, 2).contiguous().view(B, T, D)
        return self.dropout(self.W_o(y))


class TransformerBlock(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.attn = MultiHeadAttention(d_model, n_heads, dropout)
        self.memory = NeuralMemory(d_model)
        self.gate = nn.Linear(d_model * 2, d_model)
        self.ff = nn.Sequential(nn.Linear(d_model, d_ff), nn.GELU(), nn.Linear(d_ff, d_model), nn.Dropout(dropout))
        self.norm1 = nn.LayerNorm(d_model)
        self.norm2 = nn.LayerNorm(d_model)

    def forward(self, x):
        normed = self.norm1(x)
        attn_out = self.attn(normed)
        mem_out = self.memory(normed)
        g = torch.sigmoid(self.gate(torch.cat([attn_out, mem_out], dim=-1)))
        combined = (1 - g) * attn_out + g * mem_out
        x = x + combined
        x = x + self.ff(self.norm2(x))
        return x


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6,
                 d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.token_emb = nn.Embedding(vocab_size, d_model)
        self.pos_emb = nn.Embedding(max_seq_len, d_model)
        self.blocks = nn.ModuleList([
            TransformerBlock(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)
        ])
        self.ln_f = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size)

    def forward(self, input_ids, labels=None):
        B, T = input_ids.shape
        x = self.token_emb(input_ids) + self.pos_emb(torch.arange(T, device=input_ids.device))
        for block in self.blocks:
            x = block(x)
        logits = self.head(self.ln_f(x))
        out = {"logits": logits}
        if labels is not None:
            out["loss"] = F.cross_entropy(logits.view(-1, logits.size(-1)), labels.view(-1))
        return out
