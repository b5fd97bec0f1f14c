import torch
from torch import nn
import torch.nn.functional as F


class FastWeightMemory(nn.Module):
    """One memory for the whole network. Rows are keys: a read is `key @ memory`."""

    def __init__(self, d_model, d_mem):
        super().__init__()
        self.d_mem = d_mem
        self.Wk = nn.Parameter(torch.empty(d_model, d_mem))
        self.Wv = nn.Parameter(torch.empty(d_model, d_mem))
        self.Wq = nn.Parameter(torch.empty(d_model, d_mem))
        self.Wo = nn.Parameter(torch.empty(d_mem, d_model))
        self.surprise_weight = nn.Parameter(torch.tensor(1.0))
        self.surprise_bias = nn.Parameter(torch.tensor(-0.5))
        self.log_decay = nn.Parameter(torch.tensor(-0.05))
        for w in (self.Wk, self.Wv, self.Wq, self.Wo):
            nn.init.xavier_uniform_(w)

    def forward(self, x):
        n, length, _ = x.shape
        k = F.normalize(x @ self.Wk, dim=-1)
        v = x @ self.Wv
        q = x @ self.Wq
        lam = torch.exp(-torch.abs(self.log_decay))
        state = torch.zeros(n, self.d_mem, self.d_mem, dtype=x.dtype, device=x.device)
        out = torch.zeros(n, length, self.d_mem, dtype=x.dtype, device=x.device)
        for i in range(length):
            ki, vi, qi = k[:, i:i + 1], v[:, i:i + 1], q[:, i:i + 1]
            mse = (vi - torch.bmm(ki, state)).pow(2).mean(dim=-1, keepdim=True)
            eta = torch.sigmoid(self.surprise_weight * mse + self.surprise_bias)
            state = lam * state + eta * torch.matmul(ki.transpose(1, 2), vi)
            out[:, i] = torch.bmm(qi, state).squeeze(1)
        return out @ self.Wo


class EncoderBlock(nn.Module):
    def __init__(self, d_model, n_heads, d_ff, dropout):
        super().__init__()
        self.mha = nn.MultiheadAttention(d_model, n_heads, dropout, batch_first=True)
        self.gate = nn.Linear(2 * d_model, 1)
        self.lin1 = nn.Linear(d_model, d_ff)
        self.lin2 = nn.Linear(d_ff, d_model)
        self.ln1 = nn.LayerNorm(d_model)
        self.ln2 = nn.LayerNorm(d_model)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, memory, mask):
        att = self.mha(x, x, x, attn_mask=mask, need_weights=False)[0]
        mem = memory(x)
        g = torch.sigmoid(self.gate(torch.cat((x, mem), dim=-1)))
        x = self.ln1(x + self.drop(torch.add(g * att, (1 - g) * mem)))
        return self.ln2(x + self.drop(self.lin2(F.relu(self.lin1(x)))))


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512,
                 dropout=0.1):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, d_model)
        self.pos = nn.Embedding(max_seq_len, d_model)
        self.memory = FastWeightMemory(d_model, d_mem=max(16, d_model // 4))
        self.blocks = nn.ModuleList(EncoderBlock(d_model, n_heads, d_ff, dropout) for _ in range(n_layers))
        self.out = nn.Linear(d_model, vocab_size)

    def forward(self, input_ids, labels=None):
        length = input_ids.size(1)
        mask = torch.full((length, length), float("-inf"), device=input_ids.device).triu(1)
        x = self.emb(input_ids) + self.pos(torch.arange(length, device=input_ids.device))
        for block in self.blocks:
            x = block(x, self.memory, mask)
        logits = self.out(x)
        result = {"logits": logits}
        if labels is not None:
            result["loss"] = F.cross_entropy(logits[:, :-1].permute(0, 2, 1), labels[:, 1:])
        return result
