"""Whether the arguments mean what they meant."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.trace import Process, Trace

from .epochs import epochs
from .finding import Finding, fails, line_of, who
from .launch import BATCH, EPOCHS, FOLDER, LR, RANKS, ROWS, SAMPLES

SCALED = (LR, LR * RANKS, LR * math.sqrt(RANKS))  # as it is, or as is usual for larger batches


def heeded(process: Process, nodes: bool) -> Iterator[Finding]:
    for check in (_amounts, _rate, _size, _folder):
        for reason, line in check(process):
            yield fails(f"{who(process, nodes)} {reason}", line)


Fault = tuple[str, int | None]


def _amounts(process: Process) -> Iterator[Fault]:
    read = epochs(process)
    if len(read) != EPOCHS:
        yield f"trains for {len(read)} epochs, not for the {EPOCHS} asked for", None
    largest = max((len(rows) for epoch in read for rows in epoch.batches), default=BATCH)
    if largest != BATCH:
        yield f"reads batches of {largest}, not of {BATCH}", line_of(read[0].loader)


def _rate(process: Process) -> Iterator[Fault]:
    """The learning rate: schedules begin with it, or come to it."""
    told = [*process.of("optimizer"), *process.of("step")]
    rates = [float(facts["lr"]) for facts in told]
    if rates and not any(math.isclose(rate, asked, rel_tol=1e-4) for rate in rates for asked in SCALED):
        yield f"trains with a learning rate of {rates[0]:g}, not with the {LR:g} asked for", line_of(told[0])


def _size(process: Process) -> Iterator[Fault]:
    for facts in process.of("wrapping"):
        if facts.get("model") and not facts.get("sized"):
            yield "wraps a model that is not of the size asked for", line_of(facts)


def _folder(process: Process) -> Iterator[Fault]:
    for facts in process.of("saved"):
        where = facts.get("where")
        if isinstance(where, str) and FOLDER not in where:
            yield f"writes to {where}, not to the folder asked for", line_of(facts)


def shared(trace: Trace) -> Iterator[Finding]:
    """The processes read all samples between them."""
    read = [epoch for process in trace.processes for epoch in epochs(process)]
    rows = {row for epoch in read for batch in epoch.batches for row in batch}
    if rows and len(rows) != SAMPLES:
        yield fails(f"{len(rows)} different samples are read, not the {SAMPLES} asked for")
    if rows and sum(rows) != ROWS:
        yield fails("the samples that are read are not those of the seed asked for")
