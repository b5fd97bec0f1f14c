"""neural_memory: a module of that name holds the state, learns, and is heard in the logits."""

from __future__ import annotations

import re

from examiner.attention import attentions
from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Graph
from examiner.measure import moved, noise, typical
from examiner.memory import Values

Owners = dict[int, list[str]]
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
MEMORIES = {"ltm", "nmm", "lmm", "nltm", "ltmm"}
PLAIN = {"decoder", "encoder", "transformer", "layer", "block", "attention", "attn", "self", "causal"}
PLAIN |= {"multi", "head"}
PLAIN |= {"headed", "multihead", "simple", "model", "gpt", "llama", "residual", "pre", "post", "norm"}
PLAIN |= {"mha", "mlp"}
PLAIN |= {"ffn", "feed", "forward", "hybrid", "fused", "sub", "tiny", "mini", "only", "base", "stack"}
PLAIN |= {"backbone"}


def neural_memory(graph: Graph, values: Values, after: int, within: list[int], owners: Owners) -> Finding:
    """`within` are the values that make the state `after`; `owners` names the classes at work, by place."""
    state = values[after]
    shaken = graph.run({after: state + noise(state, 5, typical(state))}, base=values)
    if not moved(shaken[graph.result], values[graph.result]):
        return failed("changing what the memory holds does not change the logits", after)
    classes = list(dict.fromkeys(name for ref in reversed(within) for name in owning(graph, ref, owners)))
    named = [name for name in classes if is_memory(name)]
    if not named:
        return _unnamed(classes, after)
    if not graph.follows(after, graph.trained_mask):
        return unclear("no learnable parameter takes part in the memory", after)
    if _attends(graph, owners, named[0]):
        return unclear(f"{named[0]} attends too: it is a whole layer rather than a memory", after)
    return passed(f"{named[0]} holds what tokens wrote, and changing it changes the logits", after)


def _unnamed(classes: list[str], after: int) -> Finding:
    """Fail where nobody but layers of the transformer holds the state."""
    reason = f"the state belongs to {', '.join(classes) or 'no class'}, which is not named a memory"
    plain = classes and all(words(name) <= PLAIN for name in classes)
    return failed(reason, after) if plain else unclear(reason, after)


def words(name: str) -> set[str]:
    """The words of a CamelCase name, in lower case."""
    return {word.lower() for word in WORD.findall(name)}


def is_memory(name: str) -> bool:
    """Whether a class is named NeuralMemory or clearly alike."""
    parts = words(name)
    titan = any(word.startswith("titan") for word in parts) and not parts & PLAIN
    return "mem" in name.lower() or bool(parts & MEMORIES) or {"long", "term"} <= parts or titan


def _attends(graph: Graph, owners: Owners, name: str) -> bool:
    """Whether a class with a layer's name computes an attention in its own methods."""
    if not words(name) & PLAIN:
        return False
    return any(owners.get(node.place, [])[:1] == [name] for node in attentions(graph))


def owning(graph: Graph, ref: int, owners: Owners) -> list[str]:
    """The classes whose methods made a value, innermost first."""
    node = graph.maker[ref]
    return owners.get(node.place, []) if node else []


def region(graph: Graph, owners: Owners) -> int:
    """Mask of the values made by a module named a memory."""
    named = {place for place, names in owners.items() if any(map(is_memory, names))}
    return sum(1 << ref for ref, node in enumerate(graph.maker) if node is not None and node.place in named)
