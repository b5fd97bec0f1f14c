"""The record of a forward pass as the subject sent it: checked, and replayed as it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from examiner.operations import Refused, operation
from torch.utils._pytree import tree_leaves

MOST_STEPS = 60_000
FLOATS = {"torch.float32", "torch.float16", "torch.bfloat16", "torch.float64"}
CONSTANTS: dict[str, Any] = dict.fromkeys(FLOATS, torch.float64)
CONSTANTS |= {
    f"torch.{name}": getattr(torch, name) for name in ("int64", "int32", "int16", "int8", "uint8", "bool")
}
CONSTANTS |= {
    f"torch.{name}": getattr(torch, name) for name in ("contiguous_format", "preserve_format", "strided")
}


@dataclass(frozen=True)
class Leaf:
    """A tensor from outside: a parameter, a buffer, the input, or a constant.

    A `trained` one asks for a gradient, a `reached` one gets it.
    """

    ref: int
    kind: str
    name: str
    trained: bool
    reached: bool
    value: torch.Tensor


@dataclass(frozen=True)
class Step:
    """One operation. `place` numbers the source frames that led to it."""

    call: Callable[..., Any]
    args: list[Any]
    kwargs: dict[str, Any]
    outs: list[int | None]
    place: int


@dataclass(frozen=True)
class Trace:
    """All that was recorded: `result` numbers the logits."""

    leaves: list[Leaf]
    steps: list[Step]
    result: int

    def run(self, values: Mapping[int, torch.Tensor], before: Callable[[Step], None]) -> torch.Tensor:
        """The result, with these values for the leaves. All is done in double precision."""
        known: dict[int, Any] = dict(values)
        for step in self.steps:
            before(step)
            args = [_decode(value, known) for value in step.args]
            kwargs = {key: _decode(value, known) for key, value in step.kwargs.items()}
            known.update(_paired(step.outs, step.call(*args, **kwargs)))
        return known[self.result]


def parse(record: Any, tensors: Sequence[torch.Tensor]) -> Trace:
    """Raises Refused for anything that is not a record."""
    try:
        reached = record["reached"]
        leaves = [
            _leaf(leaf, tensor, reached) for leaf, tensor in zip(record["leaves"], tensors, strict=True)
        ]
        if len(record["steps"]) > MOST_STEPS:
            raise Refused(f"{len(record['steps'])} operations are more than {MOST_STEPS}")
        steps = [_step(step) for step in record["steps"]]
        return Trace(leaves, steps, int(record["result"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(f"not a record: {error}") from error


def _leaf(leaf: Any, tensor: torch.Tensor, reached: Any) -> Leaf:
    value = tensor.double() if tensor.is_floating_point() else tensor
    kind = leaf["kind"] if leaf["kind"] in ("parameter", "buffer", "input") else "constant"
    trained = bool(leaf["trained"]) and kind == "parameter"
    heard = reached is None or leaf["name"] in reached
    return Leaf(int(leaf["ref"]), kind, str(leaf["name"]), trained, trained and heard, value)


def _step(step: Any) -> Step:
    outs = [None if out is None else int(out) for out in step["outs"]]
    call = operation(step["op"])
    kwargs = {str(key): value for key, value in step["kwargs"].items()}
    kwargs.pop("device", None), kwargs.pop("pin_memory", None), kwargs.pop("layout", None)
    return Step(call, list(step["args"]), kwargs, outs, int(step["at"]))


def _decode(value: Any, known: Mapping[int, Any]) -> Any:
    if isinstance(value, list):
        return [_decode(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    if "t" in value:
        return known[value["t"]]
    return float(value["f"]) if "f" in value else CONSTANTS.get(value["c"])


def _paired(outs: list[int | None], result: Any) -> dict[int, torch.Tensor]:
    found = tree_leaves(result)
    if len(found) != len(outs):
        raise Refused(f"an operation gave {len(found)} results, {len(outs)} were recorded")
    return {ref: tensor for ref, tensor in zip(outs, found, strict=True) if ref is not None}
