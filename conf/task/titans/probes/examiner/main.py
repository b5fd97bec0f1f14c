"""Replays the record of a submission's forward pass and experiments on it.

Nothing of the submission runs here: the record is data, and only known tensor operations are done. The
record is trusted no further than it agrees with what the submission itself answers to other ids and
other parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import channel
import torch
import wire
from examiner.decay import learnable_decay
from examiner.finding import Finding, best, failed, unclear
from examiner.gating import memory_gating
from examiner.graph import Graph, build
from examiner.measure import noise
from examiner.memory import Memory, Values, memories
from examiner.operations import Refused
from examiner.outer import outer_product
from examiner.ownership import neural_memory
from examiner.recurrence import recurrent_update
from examiner.surprise import surprise_gate
from examiner.trace import parse
from torch import Tensor

DRAWS = (1, 2)
AGREE = 2e-3  # how far single precision may lie from double, as a share of the logits' spread


def main() -> None:
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    request, tensors = wire.unpack(channel.receive())
    try:
        graph = build(parse(request["record"], tensors))
        draws = [drawn(graph, seed) for seed in DRAWS]
        for draw in draws:
            channel.send(challenge(graph, draw))
            answer, logits = wire.unpack(channel.receive())
            if "ok" not in answer or not agrees(draw[graph.result], logits):
                raise Refused("the record does not agree with what the submission answers to other input")
        values = [graph.run(parameters(graph, seed)) for seed in DRAWS]
        findings = examine(graph, tuple(values), request)
    except Exception as error:
        channel.send(wire.pack({"error": f"{type(error).__name__}: {error}"[:500]}))
    else:
        channel.send(wire.pack({"ok": findings}))


def parameters(graph: Graph, seed: int) -> dict[int, Tensor]:
    """Other values for the learnable parameters, of the size that they have."""
    return {ref: graph.base[ref] + noise(graph.base[ref], seed * 100_003 + ref, _size(graph.base[ref])) for ref in graph.trained}


def _size(parameter: Tensor) -> float:
    """How much noise: as much as a layer of that width bears."""
    return 0.5 / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 0.1


def drawn(graph: Graph, seed: int) -> Values:
    """All values under other parameters and other ids."""
    generator = torch.Generator().manual_seed(seed)
    ids = {
        ref: torch.randint(0, 1000, graph.base[ref].shape, generator=generator)
        for ref, leaf in graph.leaves.items()
        if leaf.kind == "input"
    }
    return graph.run(parameters(graph, seed) | ids)


def challenge(graph: Graph, draw: Values) -> bytes:
    """The question to the submission: these ids, these parameters."""
    ids = next(draw[ref] for ref, leaf in graph.leaves.items() if leaf.kind == "input")
    names = list(graph.trained.values())
    request = {"do": "forward", "names": names}
    return wire.pack(request, [ids, *(draw[ref].float() for ref in graph.trained)])


def agrees(ours: Tensor, theirs: Sequence[Tensor]) -> bool:
    if len(theirs) != 1 or theirs[0].shape != ours.shape:
        return False
    spread = float(ours.std())
    return bool(((ours - theirs[0].double()).abs() <= AGREE * spread).all()) and spread > 0


def examine(graph: Graph, draws: tuple[Values, ...], request: dict[str, Any]) -> dict[str, Any]:
    """A finding for each criterion, as data."""
    batch, shortest = request["batch"], request["length"]
    owners = {place: [frame[2] for frame in frames if frame[2]] for place, frames in enumerate(request["record"]["places"])}
    found = memories(graph, shortest, batch, draws)
    judged: dict[str, Callable[[Memory], Finding]] = {
        "neural_memory": lambda memory: neural_memory(memory, owners),
        "surprise_gate": surprise_gate,
        "learnable_decay": learnable_decay,
        "outer_product": outer_product,
        "recurrent_update": recurrent_update,
    }
    findings = {name: best([_safely(judge, memory) for memory in found]) for name, judge in judged.items()} if found else {}
    findings["memory_gating"] = _safely(lambda memory: memory_gating(graph, found, draws), None)
    places = {ref: node.place for ref, node in enumerate(graph.maker) if node is not None}
    return {
        "findings": {name: finding.plain(places) for name, finding in findings.items()},
        "loops": len(found),
    }


def _safely(judge: Callable[..., Finding], memory: Any) -> Finding:
    try:
        return judge(memory)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        return unclear(f"an experiment could not be done: {type(error).__name__}: {error}"[:300])


if __name__ == "__main__":
    main()
