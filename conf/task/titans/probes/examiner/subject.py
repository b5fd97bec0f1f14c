"""The examination of one graph: which memories it has, and what the experiments say of each criterion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from examiner import decay, gating, outer, parallel, recurrence, surprise
from examiner.absence import absence
from examiner.chain import Loop, loops
from examiner.finding import Finding, best, failed, unclear
from examiner.graph import Graph
from examiner.memory import Memory, Values, memories
from examiner.ownership import Owners, neural_memory, region
from examiner.standing import standing

Findings = dict[str, Finding]
T = TypeVar("T")


@dataclass
class Subject:
    """`owners` names the classes at work by place; `looping`: longer sequences take more operations."""

    graph: Graph
    draws: tuple[Values, ...]
    owners: Owners
    length: int
    batch: int
    looping: bool

    @cached_property
    def loops(self) -> list[Loop]:
        return loops(self.graph, self.length)

    @cached_property
    def carried(self) -> list[Memory]:
        """The states of loops; a state that nobody hears is a decoy, where another is heard."""
        found = memories(self.graph, self.loops, self.batch, self.draws)
        return [memory for memory in found if memory.heard()] or found

    @cached_property
    def standing(self) -> list[Memory]:
        if self.carried or (self.looping and not self.loops):
            return []
        return standing(self.graph, self.loops, self.length, self.batch, self.draws)

    @cached_property
    def sums(self) -> list[parallel.Sum]:
        if self.carried or self.standing or self.looping:
            return []
        return list(parallel.sums(self.graph, self.length, self.batch, self.draws[0]))

    def findings(self) -> Findings:
        found = self._recurrence() | self._memory() | {"memory_gating": self._gating()}
        if self.carried and not any(memory.heard() for memory in self.carried):
            return {
                name: finding.doubted("what the memory holds does not reach the logits")
                for name, finding in found.items()
            }
        return found

    def _recurrence(self) -> Findings:
        if self.carried:
            return {"recurrent_update": _best(recurrence.recurrent_update, self.carried)}
        if not self.looping:
            reason = "a longer sequence takes no more operations: nothing goes through it token by token"
            return {"recurrent_update": failed(reason)}
        if self.loops and not any(
            loop.carried(step) for loop in self.loops for step in (loop.step - 1, loop.step)
        ):
            return {
                "recurrent_update": failed(
                    "nothing is carried from one step of the loop over time to the next"
                )
            }
        return {"recurrent_update": unclear("there is a loop, but the state that it carries was not found")}

    def _memory(self) -> Findings:
        found = self.carried or self.standing
        if found:
            return {
                "neural_memory": _best(self._owned, found),
                "surprise_gate": _best(surprise.surprise_gate, found),
                "learnable_decay": _best(decay.learnable_decay, found),
                "outer_product": _best(outer.outer_product, found),
            }
        if self.sums:
            return {
                "neural_memory": _best(self._summed, self.sums),
                "surprise_gate": _best(parallel.surprise_gate, self.sums),
                "learnable_decay": _best(parallel.learnable_decay, self.sums),
                "outer_product": _best(parallel.outer_product, self.sums),
            }
        return (
            {}
            if self.looping
            else absence(self.graph, self.draws[0], self._region, (self.batch, self.length))
        )

    @cached_property
    def _region(self) -> int:
        return region(self.graph, self.owners)

    def _owned(self, memory: Memory) -> Finding:
        within = [ref for ref in memory.within() if self.graph.follows(ref, memory.states)]
        return neural_memory(self.graph, memory.draws[0], memory.after, within, self.owners)

    def _summed(self, one: parallel.Sum) -> Finding:
        return neural_memory(self.graph, one.values, one.total, [one.written, one.total], self.owners)

    def _gating(self) -> Finding:
        found = self.carried or self.standing
        held = {ref for memory in found for ref in (memory.own, memory.after)} | {
            one.total for one in self.sums
        }
        if not found and not self.sums and (self.looping or self._region):
            held = {ref for ref in range(len(self.graph.base)) if self._region >> ref & 1}
        blend = gating.Blend(self.graph, found, self.draws, sum(1 << ref for ref in held), self._region)
        return _best(gating.memory_gating, [blend])


def _best(judge: Callable[[T], Finding], found: list[T]) -> Finding:
    return best(_safely(judge, one) for one in found)


def _safely(judge: Callable[[T], Finding], one: T) -> Finding:
    """An experiment that breaks decides nothing, and a state that may be no memory is no counter-evidence."""
    try:
        found = judge(one)
        if found.verdict == "fail" and not getattr(one, "sure", True):
            return unclear(f"{found.reason}; but more than this is carried from step to step", *found.values)
        return found
    except (RuntimeError, ValueError, IndexError, TypeError, KeyError) as error:
        return unclear(f"an experiment could not be done: {type(error).__name__}: {error}"[:300])
