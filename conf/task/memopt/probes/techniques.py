"""Decides the eleven techniques: each counts where a run of the script exercised it in the training.

The script runs twice, plainly and behind a shim that pretends a CUDA device, where techniques show that a
script keeps for one. Evidence from either run counts. What stands in the text alone does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.agent import Attempt
from engine.source import Source
from engine.submission import Submission
from engine.tampering import tampering, trusted
from engine.together import together
from engine.verdict import Verdict

from .candidates import candidate
from .findings import FINDERS, Finding
from .script import CONTRACT, run, source_of
from .told import Told, told
from .training import Fault, untrained

OWN = {"model"}  # what lies beside the script, and may be changed as it likes


async def probe(submission: Submission, attempt: Attempt) -> dict[str, Verdict]:
    source = source_of(submission)
    if source is None:
        return _all("there is no Python file")
    try:
        deceit = tampering(source, OWN)
    except (SyntaxError, ValueError, RecursionError):
        return _all(f"{source.name} does not parse")
    traces = await together(run(source, attempt.sandbox, shim=shim) for shim in (False, True))
    runs = [told(trace, source) for trace in traces]
    strange = [untrained(trace, run, CONTRACT) for trace, run in zip(traces, runs, strict=True)]
    verdicts = {technique: _verdict(technique, runs, source, strange) for technique in FINDERS}
    return {technique: trusted(verdict, source, deceit) for technique, verdict in verdicts.items()}


def _verdict(
    technique: str, runs: Sequence[Told], source: Source, strange: Sequence[Fault | None]
) -> Verdict:
    found = [
        _doubted(finding, fault) if fault else finding
        for run, fault in zip(runs, strange, strict=True)
        for finding in FINDERS[technique](run)
    ]
    for kind in ("pass", "unclear"):
        for finding in found:
            if finding.verdict == kind:
                return _said(finding, source)
    line = candidate(source, technique)
    if line is None:
        return Verdict("fail", "nothing in the file asks for it")
    if any(run.broken for run in runs):
        return Verdict("unclear", "not all was told of the runs, so what is missing may have been there")
    if not all(run.trained for run in runs):
        return Verdict("unclear", f"with a CUDA device pretended the script breaks off: {_broken(runs)}")
    if found:
        return _said(found[0], source)
    return Verdict(
        "fail", "the file speaks of it, but no run shows it at work in the training", source.evidence(line)
    )


def _broken(runs: Sequence[Told]) -> str:
    return next((run.message.partition("\n")[0] for run in reversed(runs) if not run.trained), "")


def _doubted(finding: Finding, fault: Fault) -> Finding:
    """What is at work in a run that also trains something else may not be at work in the training."""
    reason = f"it is at work in a run that is not the training asked for: {fault.reason}"
    return replace(finding, verdict="unclear", reason=reason) if finding.verdict == "pass" else finding


def _said(finding: Finding, source: Source) -> Verdict:
    evidence = [each for line in finding.lines[:1] for each in source.evidence(line)]
    return Verdict(finding.verdict, finding.reason, tuple(evidence))


def _all(reason: str) -> dict[str, Verdict]:
    return {technique: Verdict("unclear", reason) for technique in FINDERS}
