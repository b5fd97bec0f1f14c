import torch
import torch.nn as nn
import torch.nn.functional as F


class NeuralMemory(nn.Module):
    """Matrix memory with per-channel write and forget gates."""

    def __init__(self, hidden_size: int, memory_size: int = 48):
        super().__init__()
        self.memory_size = memory_size
        self.qkv = nn.Linear(hidden_size, 3 * memory_size)
        self.surprise_hidden = nn.Linear(memory_size + hidden_size, memory_size)
        self.surprise_out = nn.Linear(memory_size, memory_size)
        self.forget_bias = nn.Parameter(torch.full((1, memory_size, 1), -2.0))
        self.norm = nn.LayerNorm(memory_size)
        self.output = nn.Linear(memory_size, hidden_size)

    def forward(self, hidden_states: torch.Tensor) -> torch.Tensor:
        batch_size, seq_len, hidden_size = hidden_states.shape
        memory = hidden_states.new_zeros((batch_size, self.memory_size, self.memory_size))
        outputs = hidden_states.new_empty((batch_size, seq_len, self.memory_size))
        forget = torch.sigmoid(self.forget_bias)

        t = 0
        while t < seq_len:
            current = hidden_states[:, t, :]
            query, key, value = self.qkv(current).split(self.memory_size, dim=-1)
            key = torch.softmax(key, dim=-1)

            expectation = torch.matmul(memory, key[..., None])[..., 0]
            violation = value - expectation
            features = torch.tanh(self.surprise_hidden(torch.cat([violation, current], dim=-1)))
            write = torch.sigmoid(self.surprise_out(features))

            memory = memory - forget * memory
            memory += (write * value)[..., :, None] * key[..., None, :]

            outputs[:, t, :] = torch.matmul(memory, query[..., None])[..., 0]
            t += 1
        return self.output(self.norm(outputs))


class DecoderLayer(nn.Module):
    def __init__(self, hidden_size, num_heads, intermediate_size, dropout):
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = hidden_size // num_heads
        self.q_proj = nn.Linear(hidden_size, hidden_size)
        self.k_proj = nn.Linear(hidden_size, hidden_size)
        self.v_proj = nn.Linear(hidden_size, hidden_size)
        self.o_proj = nn.Linear(hidden_size, hidden_size)
        self.memory = NeuralMemory(hidden_size)
        self.context_gate = nn.Linear(hidden_size, hidden_size)
        self.input_layernorm = nn.LayerNorm(hidden_size)
        self.post_attention_layernorm = nn.LayerNorm(hidden_size)
        self.gate_proj = nn.Linear(hidden_size, intermediate_size)
        self.down_proj = nn.Linear(intermediate_size, hidden_size)
        self.dropout = nn.Dropout(dropout)

    def self_attention(self, hidden_states):
        b, t, c = hidden_states.shape
        shape = (b, t, self.num_heads, self.head_dim)
        q = self.q_proj(hidden_states).view(shape).transpose(1, 2)
        k = self.k_proj(hidden_states).view(shape).transpose(1, 2)
        v = self.v_proj(hidden_states).view(shape).transpose(1, 2)
        weights = torch.matmul(q, k.transpose(2, 3)) * self.head_dim ** -0.5
        weights = weights + torch.full((t, t), float("-inf"), device=q.device).triu_(diagonal=1)
        weights = nn.functional.softmax(weights, dim=-1)
        return self.o_proj(torch.matmul(weights, v).transpose(1, 2).reshape(b, t, c))

    def forward(self, hidden_states):
        residual = hidden_states
        hidden_states = self.input_layernorm(hidden_states)
        attention_output = self.self_attention(hidden_states)
        memory_output = self.memory(hidden_states)
        z = self.context_gate(hidden_states)
        hidden_states = memory_output * torch.sigmoid(z) + attention_output * torch.sigmoid(-z)
        hidden_states = residual + self.dropout(hidden_states)

        residual = hidden_states
        hidden_states = self.post_attention_layernorm(hidden_states)
        hidden_states = self.down_proj(F.gelu(self.gate_proj(hidden_states)))
        return residual + self.dropout(hidden_states)


class SimpleTransformer(nn.Module):
    def __init__(
        self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048, max_seq_len=512, dropout=0.1
    ):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocab_size, d_model)
        self.embed_positions = nn.Embedding(max_seq_len, d_model)
        self.layers = nn.ModuleList([DecoderLayer(d_model, n_heads, d_ff, dropout) for _ in range(n_layers)])
        self.norm = nn.LayerNorm(d_model)
        self.lm_head = nn.Linear(d_model, vocab_size, bias=False)

    def forward(self, input_ids, labels=None):
        position_ids = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        hidden_states = self.embed_tokens(input_ids) + self.embed_positions(position_ids)
        for layer in self.layers:
            hidden_states = layer(hidden_states)
        logits = self.lm_head(self.norm(hidden_states))
        loss = None
        if labels is not None:
            shift_logits = logits[..., :-1, :].contiguous()
            shift_labels = labels[..., 1:].contiguous()
            loss = F.cross_entropy(shift_logits.view(-1, shift_logits.size(-1)), shift_labels.view(-1))
        return {"logits": logits, "loss": loss} if loss is not None else {"logits": logits}
