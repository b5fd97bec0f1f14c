"""What one run shows of each technique: a pass with its place, or what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from .candidates import augmented, same_loop
from .told import Lines, Told


@dataclass(frozen=True)
class Finding:
    """`fail` where the technique was used beside the training, `unclear` where it may or may not count."""

    verdict: Literal["pass", "unclear", "fail"]
    reason: str
    lines: Lines = ()


Findings = Iterator[Finding]


def heard(technique: str, what: str) -> Callable[[Told], Findings]:
    """The recorder's word: used in the training, or on tensors that the loss does not hear of."""

    def find(run: Told) -> Findings:
        for use in run.of(technique):
            if use.how == "idle":
                yield Finding("fail", "it is given a function that computes nothing of the model", use.lines)
            elif use.how == "small" and use.heard:
                yield Finding("unclear", "it is at work in a small part of the model alone", use.lines)
            elif use.heard:
                yield Finding("pass", what, use.lines)
            else:
                yield Finding(
                    "fail", "it runs, but on nothing that the training's loss depends on", use.lines
                )

    return find


def accumulation(run: Told) -> Findings:
    """Gradients of other rows are still there when a backward pass begins, and a step comes later."""
    for earlier, later in zip(run.backwards, run.backwards[1:], strict=False):
        other = bool(later.rows) and later.rows != earlier.rows
        if later.carried and other and not earlier.steps and run.steps:
            reason = "a backward pass adds its gradients to those of other rows, before the optimizer steps"
            yield Finding("pass", reason, later.lines)
    if run.backwards and not run.steps:
        yield Finding("unclear", "no step of a torch optimizer was seen, so nothing tells where one ends")


def optimizer(run: Told) -> Findings:
    for use in run.of("optimizer"):
        if use.how == "nothing":
            yield Finding("fail", "where gradients are set to None there are none yet", use.lines)
        elif use.heard:
            yield Finding("pass", f"gradients are reset with {use.how}", use.lines)
        else:
            yield Finding("fail", f"{use.how}, but not for the parameters that are trained", use.lines)
    for step in run.steps:
        if step.fused or step.foreach:
            asked = "fused" if step.fused else "foreach"
            yield Finding("pass", f"the optimizer that steps was built with {asked}=True", step.lines)


def explicit_memory(run: Told) -> Findings:
    passes = {piece.lines for piece in run.pieces}
    for use in run.of("explicit_memory"):
        what = f"{use.how} of tensors" if use.how == "del" else use.how
        if not any(same_loop(run.source, use.lines, lines) for lines in passes):
            yield Finding("fail", f"{what} runs outside of the training loop", use.lines)
        elif use.heard:
            yield Finding("pass", f"{what} runs in the training loop", use.lines)
        else:
            yield Finding("fail", "what is deleted in the training loop is no part of it", use.lines)


def pin_memory(run: Told) -> Findings:
    feeding = [piece.batch for piece in run.pieces]
    for batch in run.batches:
        if batch.pinned and any(batch is each for each in feeding):
            yield Finding("pass", "the loader that feeds the training pins its batches", batch.lines)
        elif batch.pinned:
            yield Finding("fail", "the loader that pins its batches does not feed the training", batch.lines)
    for use in run.of("pin_memory"):
        yield Finding("unclear", "a tensor is pinned by hand, and not by the loader", use.lines)


def micro_batching(run: Told) -> Findings:
    """The rows of one loader batch come back in several pieces."""
    for batch in run.batches:
        pieces = [piece for piece in run.pieces if piece.batch is batch]
        size = max(map(len, batch.rows), default=0)
        if len(pieces) > 1 and all(len(piece.rows) < size for piece in pieces):
            reason = f"a loader batch of {size} rows passes through the model in {len(pieces)} pieces"
            yield Finding("pass", reason, pieces[0].lines)
    if any(piece.batch is None for piece in run.pieces):
        yield Finding("unclear", "the batches do not come from a DataLoader")


def channels_last(run: Told) -> Findings:
    for use in run.of("channels_last"):
        if use.heard and use.how == "module":
            reason = "the model is told, but has no parameter of four dimensions that could follow"
            yield Finding("unclear", reason, use.lines)
        elif use.heard and use.how == "moved":
            yield Finding("unclear", "no operation was seen to work on it as it lies", use.lines)
        elif use.heard:
            yield Finding("pass", "a tensor of the training is in channels_last", use.lines)
        else:
            yield Finding("fail", "it is done to nothing that the training's loss depends on", use.lines)


def inplace(run: Told) -> Findings:
    """A loss divided by `/=`, or summed up by `+=`, is in place by the letter, but perhaps by chance."""
    for use in run.of("inplace"):
        if use.how == "nothing":
            yield Finding("fail", "it works in place, but changes no number", use.lines)
        elif not use.heard:
            yield Finding("fail", "it works in place, but on nothing of the training", use.lines)
        elif use.how == "part":
            yield Finding("unclear", "only a part of a tensor is set anew", use.lines)
        elif use.how == "number" and augmented(run.source, use.lines):
            yield Finding("unclear", "only a single number is changed in place", use.lines)
        else:
            what = "a layer" if use.how == "layer" else "an operation"
            yield Finding("pass", f"{what} works in place on a tensor of the training", use.lines)


FINDERS = {
    "amp": heard("amp", "products of the model come out in a lower precision, under autocast"),
    "gradient_checkpointing": heard(
        "gradient_checkpointing", "the backward pass runs checkpointed parts of the model again"
    ),
    "sdpa": heard("sdpa", "the loss depends on scaled_dot_product_attention"),
    "gradient_accumulation": accumulation,
    "optimizer": optimizer,
    "explicit_memory": explicit_memory,
    "pin_memory": pin_memory,
    "micro_batching": micro_batching,
    "compile": heard("compile", "what torch.compile was given runs in the training"),
    "inplace": inplace,
    "channels_last": channels_last,
}
