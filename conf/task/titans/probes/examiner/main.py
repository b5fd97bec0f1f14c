"""Replays the record of a submission's forward pass and experiments on it.

Nothing of the submission runs here: the record is data, and only known tensor operations are done. The
record is trusted no further than it agrees with what the submission itself answers to other ids and
other parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import channel
import torch
import wire
from examiner.build import build
from examiner.graph import Graph
from examiner.measure import noise
from examiner.memory import Values
from examiner.operations import Refused
from examiner.subject import Subject
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
        learned = [parameters(graph, seed) for seed in DRAWS]
        for draw in (
            graph.run(others | other_ids(graph, seed)) for others, seed in zip(learned, DRAWS, strict=True)
        ):
            channel.send(challenge(graph, draw))
            answer, logits = wire.unpack(channel.receive())
            if "ok" not in answer or not agrees(draw[graph.result], logits):
                raise Refused("the record does not agree with what the submission answers to other input")
        values = [graph.run(others) for others in learned]
        findings = examine(graph, tuple(values), request)
    except Exception as error:
        channel.send(wire.pack({"error": f"{type(error).__name__}: {error}"[:500]}))
    else:
        channel.send(wire.pack({"ok": findings}))


def parameters(graph: Graph, seed: int) -> dict[int, Tensor]:
    """Other values for the learnable parameters, of the size that they have."""
    return {
        ref: graph.base[ref] + noise(graph.base[ref], seed * 100_003 + ref, _size(graph.base[ref]))
        for ref in graph.trained
    }


def _size(parameter: Tensor) -> float:
    """How much noise: as much as a layer of that width bears."""
    return 0.5 / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 0.1


def other_ids(graph: Graph, seed: int) -> dict[int, Tensor]:
    """Other ids."""
    generator = torch.Generator().manual_seed(seed)
    return {
        ref: torch.randint(0, 1000, graph.base[ref].shape, generator=generator)
        for ref, leaf in graph.leaves.items()
        if leaf.kind == "input"
    }


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
    frames = request["record"]["places"]
    owners = {place: [frame[2] for frame in stack if frame[2]] for place, stack in enumerate(frames)}
    subject = Subject(graph, draws, owners, request["length"], request["batch"], request["looping"])
    places = {ref: node.place for ref, node in enumerate(graph.maker) if node is not None}
    return {name: finding.plain(places) for name, finding in subject.findings().items()}


if __name__ == "__main__":
    main()
