"""What attends: an operation that weighs tokens by tokens, in whichever spelling."""

from __future__ import annotations

from collections.abc import Iterator

from examiner.graph import Graph, Node

NAMES = ("_softmax", "_safe_softmax", "_masked_softmax", "_scaled_dot_product")
UNIQUE = 8  # sequences shorter than this have a length that no other dimension has


def attentions(graph: Graph) -> Iterator[Node]:
    """Softmax and its like by name, and whatever else makes a number for each pair of tokens."""
    ids = next((ref for ref, leaf in graph.leaves.items() if leaf.kind == "input"), None)
    length = graph.base[ids].shape[-1] if ids is not None else 0
    for node in graph.nodes:
        if node.op.startswith(NAMES) or (length < UNIQUE and _pairs(graph, node, length)):
            yield node


def _pairs(graph: Graph, node: Node, length: int) -> bool:
    ref = node.outs[0]
    shape = graph.base[ref].shape
    return shape[-2:] == (length, length) and graph.follows(ref, graph.input_mask)
