"""Decides the six criteria by experiments on a record of the submission's forward pass.

Two processes: the subject runs the submission, writes a forward pass down as data and answers to other
ids and parameters; the examiner runs none of the submission's code, checks the record against those
answers and experiments on it. What the examiner finds becomes verdicts here. `fail` needs counter-evidence.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from engine.agent import Attempt
from engine.submission import Submission
from engine.tampering import trusted
from engine.verdict import Evidence, Verdict
from sandbox import Sandbox

from .execution import ids
from .laboratory import FORGED, Failed, Subject, examiner, subject
from .message import Malformed, pack, unpack
from .source import Source

CRITERIA = (
    "neural_memory",
    "surprise_gate",
    "learnable_decay",
    "outer_product",
    "recurrent_update",
    "memory_gating",
)
BATCH = 5  # a size that no other dimension of the model has, and shorter than a sequence
LENGTHS = (6, 32)  # the second for those with fixed chunks


async def probe(submission: Submission, attempt: Attempt) -> dict[str, Verdict]:
    source = Source.of(submission)
    if source is None:
        return _all("there is no Python file")
    try:
        tampering = source.tampering()
    except (SyntaxError, ValueError, RecursionError):
        return _all(f"{source.name} does not parse")
    if tampering is None:
        return await _examined(source, attempt.sandbox)
    cleaned = source.cleaned()
    if cleaned is not None and cleaned.tampering() is None:
        return await _examined(cleaned, attempt.sandbox, source)
    verdicts = await _examined(source, attempt.sandbox)
    return {name: trusted(verdict, source, tampering) for name, verdict in verdicts.items()}


async def _examined(source: Source, sandbox: Sandbox, untouched: Source | None = None) -> dict[str, Verdict]:
    """Of a file that was cleaned the logits must be those of the untouched one."""
    try:
        async with subject(source, sandbox) as running, examiner(sandbox) as examining:
            record, arrays, length = await _record(running)
            looping = await _steps(running) != len(record["steps"])
            request = {"record": record, "batch": BATCH, "length": length, "looping": looping}
            asked = _Asked(running)
            report = await _conversation(asked, examining, pack(request, arrays))
        if untouched is not None and not await _alike(untouched, sandbox, asked):
            return _all(f"without what could deceive whoever runs it, {source.name} computes something else")
        return {name: _verdict(source, record, report.get(name)) for name in CRITERIA}
    except Failed as failed:
        return _all(failed.reason.splitlines()[-1] if failed.reason else failed.failure)
    except FORGED as error:
        return _all(f"what its process tells of itself has another form ({type(error).__name__})")


class _Asked:
    """A subject, and what it was asked and answered."""

    def __init__(self, running: Subject) -> None:
        self.running = running
        self.pairs: list[tuple[bytes, bytes]] = []

    async def raw(self, question: bytes) -> bytes:
        answer = await self.running.raw(question)
        self.pairs.append((question, answer))
        return answer


async def _alike(untouched: Source, sandbox: Sandbox, asked: _Asked) -> bool:
    """Whether the file as it came answers the examiner's questions the same."""
    async with subject(untouched, sandbox) as running:
        return all([await running.raw(question) == answer for question, answer in asked.pairs])


async def _record(running: Subject) -> tuple[Any, list[Any], int]:
    """A record of a short forward pass, or of one of the usual length where a short one fails."""
    for length in LENGTHS:
        try:
            rows = [[random.randrange(1000) for _ in range(length)] for _ in range(BATCH)]  # noqa: S311
            record, arrays = await running.ask({"do": "record"}, [ids(rows)])
            return record, arrays, length
        except Failed:
            if length == LENGTHS[-1]:
                raise
    raise AssertionError


async def _conversation(running: _Asked, examining: Subject, request: bytes) -> dict[str, Any]:
    """Carries the examiner's questions to the subject until it reports."""
    answer = await examining.raw(request)
    while True:
        value, _ = _read(answer)
        if "do" not in value:
            break
        answer = await examining.raw(await running.raw(answer))
    if "ok" not in value:
        raise Failed("runtime_error", str(value.get("error", "the examiner gave no report")))
    return value["ok"]


def _read(answer: bytes) -> tuple[dict[str, Any], Any]:
    try:
        return unpack(answer)
    except Malformed as error:
        raise Failed("runtime_error", str(error)) from error


async def _steps(running: Subject) -> int:
    """How many operations a longer sequence takes: as many, if nothing loops over time."""
    answer, _ = await running.ask({"do": "count"}, [ids([[1] * LENGTHS[-1]] * BATCH)])
    return int(answer["steps"])


def _verdict(source: Source, record: Any, finding: Mapping[str, Any] | None) -> Verdict:
    if finding is None:
        return Verdict("unclear", "no experiment decides it")
    return Verdict(finding["verdict"], finding["reason"], _cited(source, record, finding))


def _cited(source: Source, record: Any, finding: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """The innermost source line of each place that the finding speaks of."""
    places = record["places"]
    frames = [places[place] for place in finding["places"] if place < len(places)]
    lines = dict.fromkeys(frame[0][0] for frame in frames if frame and isinstance(frame[0][0], int))
    return tuple(evidence for line in lines for evidence in source.evidence(line))


def _all(reason: str) -> dict[str, Verdict]:
    return {name: Verdict("unclear", reason) for name in CRITERIA}
