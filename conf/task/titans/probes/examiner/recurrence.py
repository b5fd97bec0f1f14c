"""recurrent_update: a loop over time reads and writes, and the state outlives the step."""

from __future__ import annotations

from collections.abc import Iterator

from examiner.finding import Finding, failed, passed, unclear
from examiner.measure import moved
from examiner.memory import Memory
from torch import Tensor


def recurrent_update(memory: Memory) -> Finding:
    graph, values = memory.graph, memory.draws[0]
    shaken = {memory.own: memory.shaken(memory.own, values)}
    later = graph.run(shaken, base=values)
    if not moved(later[memory.after], values[memory.after]):
        return failed("changing the state before a step leaves the state after it as it was", memory.after)
    if not any(moved(run[memory.after], values[memory.after]) for run in _other_tokens(memory)):
        return unclear("changing a step's token does not change the state", memory.after)
    if not moved(later[graph.result], values[graph.result]):
        return failed("changing the state does not change the logits: it is never read", memory.after)
    return passed(
        "each step's state follows from the last and from its token, and the logits follow it", memory.after
    )


def _other_tokens(memory: Memory) -> Iterator[list[Tensor]]:
    """Runs in which what the loop takes in at this step is another."""
    values = memory.draws[0]
    here = [piece.ref for piece in memory.loop.slices if piece.index == memory.loop.step]
    yield memory.outcome(values, edits={ref: memory.shaken(ref, values) for ref in here})
