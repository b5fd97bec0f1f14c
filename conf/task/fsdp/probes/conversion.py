"""Decides the ten criteria by what two processes of the submission do, and by what it says where they stop.

It is launched as torchrun would, on one node and on two, behind devices that are none (watch/). What a
process did not get to, because of an error or because it waits in vain, is read from the syntax tree, so
that each fault is charged once: to its own criterion and, if nothing runs beyond it, to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.agent import Attempt
from engine.submission import Submission
from engine.tampering import tampering, trusted
from engine.verdict import Verdict

from .checkpoints import full_state_dict, rank0_checkpoint
from .course import Course
from .data import distributed_sampler, set_epoch
from .finding import Finding, unclear
from .group import cleanup, distributed_init
from .launch import launched, source_of
from .live import Live
from .optimizer import optimizer_after_wrap
from .policy import wrap_policy
from .whole import overall_correctness
from .wrapping import fsdp_wrap

# Each gives what it finds, and the first of it counts.
CRITERIA: dict[str, Callable[[Course, Live], Iterator[Finding]]] = {
    decide.__name__: decide
    for decide in (
        distributed_init,
        fsdp_wrap,
        wrap_policy,
        distributed_sampler,
        set_epoch,
        rank0_checkpoint,
        full_state_dict,
        cleanup,
        optimizer_after_wrap,
        overall_correctness,
    )
}
FORGED = (TypeError, KeyError, IndexError, AttributeError, ValueError, OverflowError)


async def probe(submission: Submission, attempt: Attempt) -> dict[str, Verdict]:
    source = source_of(submission)
    if source is None:
        return dict.fromkeys(CRITERIA, Verdict("fail", "there is no Python file"))
    try:
        deceit = tampering(source, {"model"})
        live = Live(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        reason = f"{source.name} does not parse: {getattr(error, 'msg', error)}"
        return dict.fromkeys(CRITERIA, Verdict("fail", reason, source.evidence(line)))
    course = Course.of(await launched(source, attempt.sandbox))
    found = {name: _decided(decide, course, live) for name, decide in CRITERIA.items()}
    return {name: trusted(finding.told(source), source, deceit) for name, finding in found.items()}


def _decided(decide: Callable[[Course, Live], Iterator[Finding]], course: Course, live: Live) -> Finding:
    try:
        return next(decide(course, live))
    except FORGED as error:  # facts of the processes that have another form than ours
        return unclear(f"what its processes tell of themselves has another form ({type(error).__name__})")
