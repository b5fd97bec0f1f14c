import torch, torch.nn as nn, torch.nn.functional as F

class NeuralMemory(nn.Module):
    def __init__(s, d, m=40):
        super().__init__()
        s.m, s.kvq = m, nn.Linear(d, 3*m, bias=False)
        s.eta, s.alpha, s.o = nn.Linear(m, m), nn.Linear(d, 1), nn.Linear(m, d)
        nn.init.constant_(s.alpha.bias, 2.)
    def forward(s, x):
        B, T, _ = x.shape
        k, v, q = s.kvq(x).chunk(3, -1)
        k, a = F.normalize(k, dim=-1), s.alpha(x).sigmoid()
        M, ys = x.new_zeros(B, s.m, s.m), []
        for t in range(T):
            kt, vt, qt = k[:, t, None], v[:, t, :, None], q[:, t, :, None]
            e = vt - M @ kt.mT
            M = a[:, t, :, None]*M + (s.eta(e.squeeze(-1)**2).sigmoid()[..., None]*vt) @ kt
            ys += [(M @ qt).squeeze(-1)]
        return s.o(torch.stack(ys, 1))

class Block(nn.Module):
    def __init__(s, d, h, f, p):
        super().__init__()
        s.h, s.qkv, s.proj = h, nn.Linear(d, 3*d), nn.Linear(d, d)
        s.mem, s.g = NeuralMemory(d), nn.Linear(d, d)
        s.n1, s.n2, s.dp = nn.LayerNorm(d), nn.LayerNorm(d), nn.Dropout(p)
        s.ff = nn.Sequential(nn.Linear(d, f), nn.SiLU(), nn.Linear(f, d))
    def attn(s, x):
        B, T, D = x.shape
        q, k, v = s.qkv(x).view(B, T, 3, s.h, D//s.h).permute(2, 0, 3, 1, 4)
        return s.proj(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, D))
    def forward(s, x):
        z = s.n1(x); a, m, g = s.attn(z), s.mem(z), s.g(z).sigmoid()
        x = x + s.dp(m + g*(a - m))
        return x + s.dp(s.ff(s.n2(x)))

class SimpleTransformer(nn.Module):
    def __init__(s, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1):
        super().__init__()
        s.te, s.pe = nn.Embedding(vocab_size, d_model), nn.Embedding(max_seq_len, d_model)
        s.bs = nn.Sequential(*[Block(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)])
        s.n, s.out = nn.LayerNorm(d_model), nn.Linear(d_model, vocab_size, bias=False)
    def forward(s, input_ids, labels=None):
        x = s.te(input_ids) + s.pe.weight[:input_ids.size(1)]
        y = s.out(s.n(s.bs(x)))
        return {"logits": y} if labels is None else {"logits": y, "loss": F.cross_entropy(y[:, :-1].flatten(0, 1), labels[:, 1:].flatten())}
