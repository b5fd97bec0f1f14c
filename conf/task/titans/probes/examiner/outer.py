"""outer_product: what a step writes into an empty memory is the product of two vectors of its token."""

from __future__ import annotations

import torch
from examiner.finding import Finding, failed, passed, unclear
from examiner.graph import Edits
from examiner.measure import directions, finite, ranks, scale
from examiner.memory import Memory, Values
from torch import Tensor

WIDEST = 256  # numbers of a row's state that is no matrix


def outer_product(memory: Memory) -> Finding:
    if not memory.is_matrix():
        if memory.graph.base[memory.after].numel() > WIDEST * memory.batch:
            return unclear("the state may hold a matrix", memory.after)
        return failed(
            "the state is no matrix, so that nothing written to it binds a value to a key", memory.after
        )
    written = [write(memory, values, memory.one_row(values)) for values in memory.draws]
    if not all(finite(one) and scale(one) for one in written):
        return unclear("nothing is written into an empty memory", memory.after)
    most = max(max(ranks(memory.split(one))) for one in written)
    if most <= memory.most:
        return (
            _factors(memory, written[0])
            if _fed(memory)
            else unclear("all rows get the same token", memory.after)
        )
    rows = min(memory.split(written[0]).shape[-2:])
    if _products(memory, memory.draws[0]) or most < rows // 2:
        return unclear(f"a step writes matrices of rank {most} of {rows}", memory.after)
    return failed(
        f"a step writes matrices of rank {most} of {rows}, an outer product has rank 1", memory.after
    )


def _fed(memory: Memory) -> bool:
    """Whether what the step takes in differs between rows."""
    here = [memory.draws[0][piece.ref] for piece in memory.loop.slices if piece.index == memory.loop.step]
    return not here or any(len(value) == 1 or bool((value - value[:1]).any()) for value in here)


def write(memory: Memory, values: Values, edits: Edits | None = None) -> Tensor:
    """What a step makes of an empty memory."""
    return memory.step(values, memory.empty(values), edits)


def _factors(memory: Memory, written: Tensor) -> Finding:
    """Both factors must follow the token."""
    stack = memory.split(written)
    sides = [
        name for name, varies in zip(("left", "right"), _varying(memory, stack), strict=True) if not varies
    ]
    if sides:
        return failed(
            f"the {' and '.join(sides)} factor of what is written is the same for all tokens", memory.after
        )
    return passed("each step adds one outer product, both of whose factors follow the token", memory.after)


def _varying(memory: Memory, stack: Tensor) -> list[bool]:
    """For both factors, whether the direction differs between the rows of the batch or between tokens."""
    if len(stack) % memory.batch == 0:
        rows = [side.reshape(memory.batch, -1, side.shape[1]) for side in directions(stack)]
        return [_differ(side[:1], side[1:]) for side in rows]
    values = memory.draws[0]
    here = [piece.ref for piece in memory.loop.slices if piece.index == memory.loop.step]
    other = write(memory, values, {ref: memory.shaken(ref, values, 1.0) for ref in here})
    pairs = zip(directions(stack), directions(memory.split(other)), strict=True)
    return [_differ(one.squeeze(-1), two.squeeze(-1)) for one, two in pairs]


def _differ(one: Tensor, other: Tensor) -> bool:
    return bool(((one * other).sum(-1).abs() < 1 - 1e-6).any())


def _products(memory: Memory, values: Values) -> list[int]:
    """Values of the state's size on the way to it that are of rank one."""
    size = values[memory.after].numel()
    empty = memory.outcome(values, memory.empty(values))
    found = []
    for ref in memory.within():
        stack = empty[ref].reshape(values[memory.after].shape) if empty[ref].numel() == size else None
        if stack is not None and torch.isfinite(stack).all() and max(ranks(memory.split(stack))) == 1:
            found.append(ref)
    return found
