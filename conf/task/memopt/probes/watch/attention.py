"""Attention by scaled_dot_product_attention, the script's own or that of nn.MultiheadAttention."""

import functools

from torch.nn import functional
from witness import lines


def watch_attention(witness, graph):
    original = functional.scaled_dot_product_attention

    @functools.wraps(original)
    def attend(*args, **kwargs):
        result = original(*args, **kwargs)
        seen(result)
        return result

    @witness.safe
    def seen(result):
        where = lines()
        witness.used("sdpa", where, heard=False)
        graph.heard(result, lambda: witness.used("sdpa", where, heard=True))

    functional.scaled_dot_product_attention = attend
