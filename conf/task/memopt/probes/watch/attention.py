"""Attention by scaled_dot_product_attention, the script's own or that of nn.MultiheadAttention."""

from __future__ import annotations

import functools
from typing import Any

from graph import Graph
from torch import Tensor
from torch.nn import functional
from witness import Witness, lines


def watch_attention(witness: Witness, graph: Graph) -> None:
    """Put in place of the function, since operations within a module's own are not intercepted."""
    original = functional.scaled_dot_product_attention

    @functools.wraps(original)
    def attend(*args: Any, **kwargs: Any) -> Tensor:
        result = original(*args, **kwargs)
        seen(result)
        return result

    @witness.safe
    def seen(result: Tensor) -> None:
        where, how = lines(), "" if graph.wide([result]) else "small"
        witness.used("sdpa", where, heard=False, how=how)
        graph.heard(result, lambda: witness.used("sdpa", where, heard=True, how=how))

    functional.scaled_dot_product_attention = attend
