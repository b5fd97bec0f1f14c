"""neural_memory: a module of that name holds the state, learns, and is heard in the logits."""

from __future__ import annotations

from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Graph
from examiner.measure import moved, noise, typical
from examiner.memory import Values

Owners = dict[int, list[str]]
NAME = "mem"


def neural_memory(graph: Graph, values: Values, after: int, within: list[int], owners: Owners) -> Finding:
    """`within` are the values that make the state `after`; `owners` names the classes at work, by place."""
    state = values[after]
    shaken = graph.run({after: state + noise(state, 5, typical(state))}, base=values)
    if not moved(shaken[graph.result], values[graph.result]):
        return failed("changing what the memory holds does not change the logits", after)
    classes = list(dict.fromkeys(name for ref in reversed(within) for name in owning(graph, ref, owners)))
    named = [name for name in classes if NAME in name.lower()]
    if not named:
        return unclear(f"the state belongs to {', '.join(classes) or 'no class'}, which is not named a memory", after)
    if not graph.follows(after, graph.trained_mask):
        return unclear("no learnable parameter takes part in the memory", after)
    return passed(f"{named[0]} holds what tokens wrote, and changing it changes the logits", after)


def owning(graph: Graph, ref: int, owners: Owners) -> list[str]:
    """The classes whose methods made a value, innermost first."""
    node = graph.maker[ref]
    return owners.get(node.place, []) if node else []


def region(graph: Graph, owners: Owners) -> int:
    """Mask of the values made by a module named a memory."""
    named = {place for place, names in owners.items() if any(NAME in name.lower() for name in names)}
    return sum(1 << ref for ref, node in enumerate(graph.maker) if node is not None and node.place in named)
