"""Gate: the script runs as the contract says, really trains, and heeds its arguments.

It runs twice, the second time with other arguments. What it prints proves nothing but that it prints: what
counts is which rows came back through the model, and how the parameters ended.
"""

from __future__ import annotations

from engine.source import Source
from engine.submission import Submission
from engine.tampering import tampering
from engine.together import together
from engine.verdict import Verdict
from sandbox import Sandbox

from .arguments import ignored
from .peak import peak_memory
from .script import CONTRACT, OTHER, run, source_of
from .techniques import OWN
from .told import told
from .training import Fault, ended, untrained


async def probe(submission: Submission, sandbox: Sandbox) -> dict[str, Verdict]:
    return {"execution": await _gate(submission, sandbox)}


async def _gate(submission: Submission, sandbox: Sandbox) -> Verdict:
    source = source_of(submission)
    if source is None:
        return Verdict("fail", "there is no Python file", failure="invalid_submission")
    try:
        deceit = tampering(source, OWN)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        reason = f"{source.name} does not parse: {error}"
        return Verdict("fail", reason, source.evidence(line), failure="invalid_submission")
    fault, done = await _tried(source, sandbox)
    if fault is not None:
        return Verdict("fail", fault.reason, source.evidence(fault.line), failure=fault.failure)
    if deceit is not None:
        reason = f"the file could deceive whoever runs it ({deceit[1]}), so that its run proves nothing"
        return Verdict("unclear", reason, source.evidence(deceit[0]))
    return Verdict("pass", done + await peak_memory(source, sandbox))


async def _tried(source: Source, sandbox: Sandbox) -> tuple[Fault | None, str]:
    """What is wrong with the two runs, or what the first one did."""
    plain, other = await together(run(source, sandbox, arguments) for arguments in (CONTRACT, OTHER))
    first, second = told(plain), told(other)
    fault = ended(plain, first) or untrained(plain, first, CONTRACT) or ignored(first, other, second)
    end = first.end
    if fault is not None or end is None:
        return fault, ""
    return None, f"{len(first.passed)} rows pass through the model and back, {end.changed} parameters change"
