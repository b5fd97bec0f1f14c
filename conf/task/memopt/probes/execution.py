"""Gate: the script runs as the contract says, really trains, and heeds its arguments.

It runs twice, the second time with other arguments, and once more if it asks for one compiled graph. What it
prints proves nothing but that it prints: what counts is which rows came back through the model, and how the
parameters ended.
"""

from __future__ import annotations

from dataclasses import replace

from engine.agent import Attempt
from engine.source import Source
from engine.submission import Submission
from engine.tampering import tampering, trusted
from engine.together import together
from engine.verdict import Verdict
from sandbox import Sandbox

from .arguments import ignored
from .fullgraph import compiled_whole
from .peak import peak_memory
from .script import CONTRACT, OTHER, run, source_of
from .techniques import OWN
from .told import told
from .training import ended, untrained


async def probe(submission: Submission, attempt: Attempt) -> dict[str, Verdict]:
    return {"execution": await _gate(submission, attempt.sandbox)}


async def _gate(submission: Submission, sandbox: Sandbox) -> Verdict:
    source = source_of(submission)
    if source is None:
        return Verdict("fail", "there is no Python file", failure="invalid_submission")
    try:
        deceit = tampering(source, OWN)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        reason = f"{source.name} does not parse: {getattr(error, 'msg', error)}"
        return Verdict("fail", reason, source.evidence(line), failure="invalid_submission")
    verdict = trusted(await _tried(source, sandbox), source, deceit)
    if verdict.verdict != "pass":
        return verdict
    return replace(verdict, reason=verdict.reason + await peak_memory(source, sandbox))


async def _tried(source: Source, sandbox: Sandbox) -> Verdict:
    """What the two runs come to. Where recorders failed, what was not told may have been all the same."""
    plain, other = await together(run(source, sandbox, arguments) for arguments in (CONTRACT, OTHER))
    first, second = told(plain, source), told(other, source)
    fault = ended(plain, first) or untrained(plain, first, CONTRACT)
    if fault is not None and first.broken and first.trained:
        return Verdict("unclear", f"not all was told of the run: {fault.reason}")
    fault = fault or ignored(first, other, second)
    if fault is None and (whole := await compiled_whole(source, sandbox)):
        fault = ended(whole, told(whole, source))
    if fault is not None and not fault.sure:
        return Verdict("unclear", fault.reason, source.evidence(fault.line))
    if fault is not None:
        return Verdict("fail", fault.reason, source.evidence(fault.line), failure=fault.failure)
    changed = first.end.changed if first.end else 0
    done = f"{len(first.passed)} rows pass through the model and back, {changed} parameters change"
    return Verdict("pass", done)
