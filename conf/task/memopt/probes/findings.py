"""What one run shows of each technique: a pass with its place, or what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from engine.source import Source

from .candidates import same_loop
from .told import Lines, Told


@dataclass(frozen=True)
class Finding:
    """`fail` where the technique was used beside the training, `unclear` where it may or may not count."""

    verdict: Literal["pass", "unclear", "fail"]
    reason: str
    lines: Lines = ()


Findings = Iterator[Finding]


def heard(technique: str, what: str) -> Callable[[Told, Source], Findings]:
    """The recorder's word: used in the training, or on tensors that the loss does not hear of."""

    def find(run: Told, source: Source) -> Findings:
        for use in run.of(technique):
            if use.heard:
                yield Finding("pass", what, use.lines)
            else:
                yield Finding(
                    "fail", "it runs, but on nothing that the training's loss depends on", use.lines
                )

    return find


def accumulation(run: Told, source: Source) -> Findings:
    """Gradients of other rows are still there when a backward pass begins, and a step comes later."""
    for earlier, later in zip(run.backwards, run.backwards[1:], strict=False):
        other = bool(later.rows) and later.rows != earlier.rows
        if later.carried and other and not earlier.steps and run.steps:
            reason = "a backward pass adds its gradients to those of other rows, before the optimizer steps"
            yield Finding("pass", reason, later.lines)
    if run.backwards and not run.steps:
        yield Finding("unclear", "no step of a torch optimizer was seen, so nothing tells where one ends")


def optimizer(run: Told, source: Source) -> Findings:
    for use in run.of("optimizer"):
        if use.heard:
            yield Finding("pass", f"gradients are reset with {use.how}", use.lines)
        else:
            yield Finding("fail", f"{use.how}, but not for the parameters that are trained", use.lines)
    for step in run.steps:
        if step.fused or step.foreach:
            asked = "fused" if step.fused else "foreach"
            yield Finding("pass", f"the optimizer that steps was built with {asked}=True", step.lines)


def explicit_memory(run: Told, source: Source) -> Findings:
    passes = {lines for backward in run.backwards for _, lines in backward.pieces}
    for use in run.of("explicit_memory"):
        what = f"{use.how} of tensors" if use.how == "del" else use.how
        if not any(same_loop(source, use.lines, lines) for lines in passes):
            yield Finding("fail", f"{what} runs outside of the training loop", use.lines)
        elif use.heard:
            yield Finding("pass", f"{what} runs in the training loop", use.lines)
        else:
            yield Finding("unclear", "what is deleted in the training loop may be no part of it", use.lines)


def pin_memory(run: Told, source: Source) -> Findings:
    trained = set(run.passed)
    for batch in run.batches:
        if batch.pinned and any(trained & set(rows) for rows in batch.rows):
            yield Finding("pass", "the loader that feeds the training pins its batches", batch.lines)
        elif batch.pinned:
            yield Finding("fail", "the loader that pins its batches does not feed the training", batch.lines)
    for use in run.of("pin_memory"):
        yield Finding("unclear", "a tensor is pinned by hand, and not by the loader", use.lines)


def micro_batching(run: Told, source: Source) -> Findings:
    """The rows of one loader batch come back in several pieces that together are all of it."""
    pieces = [(set(rows), lines) for backward in run.backwards for rows, lines in backward.pieces]
    for rows in (set(rows) for batch in run.batches for rows in batch.rows):
        parts = [(part, lines) for part, lines in pieces if part < rows]
        if len(parts) > 1 and rows == set().union(*(part for part, _ in parts)):
            reason = f"a loader batch of {len(rows)} rows passes through the model in {len(parts)} pieces"
            yield Finding("pass", reason, parts[0][1])
            return
    loaded = {row for batch in run.batches for rows in batch.rows for row in rows}
    if not loaded & set(run.passed):
        yield Finding("unclear", "the batches do not come from a DataLoader")


def inplace(run: Told, source: Source) -> Findings:
    kinds = {"layer": "a layer works", "operation": "an operation works", "assignment": "an assignment works"}
    for use in run.of("inplace"):
        if use.how not in kinds:
            yield Finding("unclear", "only a sum is kept in place", use.lines)
        elif use.heard:
            yield Finding("pass", f"{kinds[use.how]} in place on a tensor of the training", use.lines)
        else:
            yield Finding("unclear", "it works in place, but perhaps on nothing of the training", use.lines)


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
    "inplace": inplace,
    "compile": heard("compile", "what torch.compile was given runs in the training"),
    "channels_last": heard("channels_last", "a four-dimensional tensor of the training is in channels_last"),
}
