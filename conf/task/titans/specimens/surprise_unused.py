import torch
import torch.nn as nn
import torch.nn.functional as F
import math


class NeuralMemory(nn.Module):
    def __init__(self, d_model, d_mem=64):
        super().__init__()
        self.d_mem = d_mem
        self.W_K = nn.Linear(d_model, d_mem)
        self.W_V = nn.Linear(d_model, d_mem)
        self.W_Q = nn.Linear(d_model, d_mem)
        self.W_out = nn.Linear(d_mem, d_model)
        self.surprise_net = nn.Sequential(
            nn.Linear(d_mem, d_mem // 2),
            nn.ReLU(),
            nn.Linear(d_mem // 2, 1),
        )
        self.decay_rate = nn.Parameter(torch.ones(1) * 3.0)

    def compute_surprise(self, M, k, v):
        v_hat = torch.einsum('bij,bj->bi', M, k)
        error = v - v_hat
        return torch.sigmoid(self.surprise_net(error))

    def forward(self, x):
        B, T, _ = x.size()
        M = torch.zeros(B, self.d_mem, self.d_mem).to(x.device)
        outputs = []
        surprises = []
        for t in range(T):
            xt = x[:, t]
            k = F.normalize(self.W_K(xt), dim=-1)
            v = self.W_V(xt)
            q = self.W_Q(xt)
            surprise = self.compute_surprise(M, k, v)
            surprises.append(surprise)
            decay = torch.sigmoid(self.decay_rate)
            M = decay * M + torch.einsum('bi,bj->bij', v, k)
            out = torch.einsum('bij,bj->bi', M, q)
            outputs.append(out)
        outputs = torch.stack(outputs, dim=1)
        self.last_surprise = torch.stack(surprises, dim=1).detach()
        return self.W_out(outputs)


class Attention(nn.Module):
    def __init__(self, d_model, n_heads, dropout):
        super().__init__()
        self.n_heads = n_heads
        self.d_head = d_model // n_heads
        self.q = nn.Linear(d_model, d_model)
        self.k = nn.Linear(d_model, d_model)
        self.v = nn.Linear(d_model, d_model)
        self.o = nn.Linear(d_model, d_model)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        B, T, C = x.size()
        q = self.q(x).reshape(B, T, self.n_heads, self.d_head).permute(0, 2, 1, 3)
        k = self.k(x).reshape(B, T, self.n_heads, self.d_head).permute(0, 2, 1, 3)
        v = self.v(x).reshape(B, T, self.n_heads, self.d_head).permute(0, 2, 1, 3)
        att = torch.einsum('bhid,bhjd->bhij', q, k) / math.sqrt(self.d_head)
        mask = torch.tril(torch.ones(T, T, device=x.device))
        att = att.masked_fill(mask == 0, -1e9)
        att = self.dropout(torch.softmax(att, dim=-1))
        y = torch.einsum('bhij,bhjd->bhid', att, v)
        return self.o(y.permute(0, 2, 1, 3).reshape(B, T, C))


class Block(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.ln1 = nn.LayerNorm(d_model)
        self.ln2 = nn.LayerNorm(d_model)
        self.attn = Attention(d_model, n_heads, dropout)
        self.mem = NeuralMemory(d_model)
        self.gate_attn = nn.Linear(d_model, d_model)
        self.gate_mem = nn.Linear(d_model, d_model)
        self.fc1 = nn.Linear(d_model, d_ff)
        self.fc2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        y = self.ln1(x)
        a = self.attn(y)
        m = self.mem(y)
        g = torch.sigmoid(self.gate_attn(a) + self.gate_mem(m))
        x = x + (g * a + (1 - g) * m)
        x = x + self.fc2(F.gelu(self.fc1(self.ln2(x))))
        return x


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.pos = nn.Embedding(max_seq_len, d_model)
        self.blocks = nn.ModuleList([Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)])
        self.ln = nn.LayerNorm(d_model)
        self.fc = nn.Linear(d_model, vocab_size)

    def forward(self, input_ids, labels=None):
        B, T = input_ids.size()
        x = self.embedding(input_ids) + self.pos(torch.arange(0, T, device=input_ids.device))
        for b in self.blocks:
            x = b(x)
        logits = self.fc(self.ln(x))
        if labels is not None:
            loss = F.cross_entropy(logits.view(B * T, -1), labels.view(B * T))
            return {'logits': logits, 'loss': loss}
        return {'logits': logits}
