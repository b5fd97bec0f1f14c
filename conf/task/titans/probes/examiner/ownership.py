"""neural_memory: a module of that name holds the state, learns, and is heard in the logits."""

from __future__ import annotations

from examiner.finding import Finding, failed, passed, unclear
from examiner.measure import moved
from examiner.memory import Memory

NAMES = ("memory", "mem")
NEAR = ("titan", "surpris", "assoc", "fast", "hebb", "store", "recall", "remember", "delta", "cell")


def neural_memory(memory: Memory, owners: dict[int, list[str]]) -> Finding:
    """`owners` names the classes at work, by place."""
    graph, values = memory.graph, memory.draws[0]
    shaken = graph.run({memory.after: memory.shaken(memory.after, values)}, base=values)
    if not moved(shaken[graph.result], values[graph.result]):
        return failed("changing what the memory holds does not change the logits", memory.after)
    classes = _classes(memory, owners)
    named = [name for name in classes if any(part in name.lower() for part in NAMES)]
    if not named:
        return unclear(f"the state belongs to {', '.join(classes) or 'no class'}, which is not named a memory", memory.after)
    if not memory.inside & graph.trained_mask:
        return unclear("no learnable parameter takes part in the memory", memory.after)
    return passed(f"{named[0]} holds a state from step to step, and changing it changes the logits", memory.after)


def _classes(memory: Memory, owners: dict[int, list[str]]) -> list[str]:
    """The classes whose methods make the new state of the old, innermost first."""
    graph = memory.graph
    way = [ref for ref in memory.within() if graph.follows(ref, memory.states)]
    names = [name for ref in reversed(way) if graph.maker[ref] for name in owners.get(graph.maker[ref].place, [])]
    return list(dict.fromkeys(names))
