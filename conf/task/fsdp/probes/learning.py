"""Whether a process learns what it is given: the sequences of its loader, and the tokens that come next."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from engine.trace import Process

from .epochs import epochs
from .finding import Finding, fails, line_of, who

MOST = 0.9  # of the positions that a loss looks at


def learns(process: Process, nodes: bool) -> Iterator[Finding]:
    for reason in (*_other_rows(process), *_other_order(process), *_other_aim(process)):
        yield fails(f"{who(process, nodes)} {reason}", line_of(next(iter(process.of("forward")), {})))


def _other_rows(process: Process) -> Iterator[str]:
    """Sequences that came from no loader, or that came and were left out."""
    given = {row for facts in process.of("batch") for row in (*facts["rows"], *facts.get("beside", ()))}
    read = sum(len(batch) for epoch in epochs(process) for batch in epoch.batches)
    trained = [row for epoch in epochs(process) for row in epoch.trained]
    if given and set(trained) - given:
        yield "trains on other sequences than its loader gives"
    if trained and len(trained) < read:
        yield f"trains on {len(trained)} of the {read} sequences that its loader gives"


def _other_order(process: Process) -> Iterator[str]:
    """The same order again, though set_epoch was told of each epoch: else it is charged there."""
    read = epochs(process)
    told = {str(epoch.told) for epoch in read if epoch.told is not None}
    if len(told) == len(read) > 1 and all(epoch.batches == read[0].batches for epoch in read):
        yield "reads its samples in the same order in every epoch"


def _other_aim(process: Process) -> Iterator[str]:
    asked = [float(facts["right"]) for facts in process.of("asked")]
    if asked and fmean(asked) < MOST:
        yield "trains with a loss that does not ask for the tokens that come next"
