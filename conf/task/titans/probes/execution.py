"""Gate: the file parses, defines SimpleTransformer, and a forward pass gives the logits it should.

The logits come through the channel and are judged here; what the submission prints or how it exits
counts for nothing.
"""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Sequence

from engine.agent import Attempt
from engine.submission import Submission
from engine.verdict import Verdict
from sandbox import Sandbox

from .laboratory import FORGED, SIZES, Failed, Subject, subject
from .message import Array
from .source import MODEL, Source

BATCH, SEQUENCE, VOCABULARY = 2, 32, SIZES["vocab_size"]
SOME = 7  # every so many values are enough to see whether two rows go together
FORMATS = {"float32": "f", "float64": "d"}
Row = list[int]


async def probe(submission: Submission, attempt: Attempt) -> dict[str, Verdict]:
    return {"execution": await _gate(submission, attempt.sandbox)}


async def _gate(submission: Submission, sandbox: Sandbox) -> Verdict:
    source = Source.of(submission)
    if source is None:
        return Verdict("fail", "there is no Python file", failure="invalid_submission")
    refused = _unreadable(source)
    if refused is not None:
        return refused
    try:
        async with subject(source, sandbox) as running:
            return await _trial(running)
    except FORGED as error:
        reason = f"its process answers with something else than what was asked for ({type(error).__name__})"
        return Verdict("fail", reason, failure="runtime_error")
    except Failed as failed:
        evidence = source.evidence(failed.line)
        return Verdict("fail", failed.reason, evidence, failure=failed.failure)


def _unreadable(source: Source) -> Verdict | None:
    try:
        defined = source.defines(MODEL)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else None
        reason = f"{source.name} does not parse: {getattr(error, 'msg', error)}"
        return Verdict("fail", reason, source.evidence(line), failure="invalid_submission")
    if not defined:
        return Verdict("fail", f"{source.name} defines no {MODEL}", failure="invalid_submission")
    return None


async def _trial(running: Subject) -> Verdict:
    """Random rows, the same rows in the other order, and other rows: the logits must follow."""
    draw = random.SystemRandom()
    first, second, other = ([draw.randrange(VOCABULARY) for _ in range(SEQUENCE)] for _ in range(3))
    straight = await _logits(running, [first, second])
    swapped = await _logits(running, [second, first])
    changed = await _logits(running, [other, other])
    half = len(straight) // BATCH
    if _alike(straight, changed):
        raise Failed("runtime_error", "the logits are the same for other input ids")
    turned = swapped[half:] + swapped[:half]
    if not _correlation(straight[::SOME], turned[::SOME]) >= 0.5:  # nan included
        raise Failed("runtime_error", "the logits do not follow their row when rows change places")
    shape = f"({BATCH}, {SEQUENCE}, {VOCABULARY})"
    return Verdict("pass", f"finite logits {shape} that follow the input; {await _training(running)}")


async def _logits(running: Subject, rows: Sequence[Row]) -> array[float]:
    _, arrays = await running.ask({"do": "forward"}, [ids(rows)])
    if len(arrays) != 1 or arrays[0].dtype not in FORMATS:
        raise Failed("runtime_error", f"the logits are not floating point: {[a.dtype for a in arrays]}")
    if arrays[0].shape != (BATCH, SEQUENCE, VOCABULARY):
        raise Failed(
            "runtime_error", f"the logits have shape {arrays[0].shape}, not {(BATCH, SEQUENCE, VOCABULARY)}"
        )
    values = array(FORMATS[arrays[0].dtype], arrays[0].data)
    if not all(map(math.isfinite, values)):
        raise Failed("runtime_error", "the logits are not finite")
    return values


def ids(rows: Sequence[Row]) -> Array:
    data = array("q", [token for row in rows for token in row])
    return Array("int64", (len(rows), len(rows[0])), data.tobytes())


async def _training(running: Subject) -> str:
    try:
        answer, _ = await running.ask({"do": "train"}, [ids([[1] * SEQUENCE] * BATCH)])
    except Failed as failed:
        return f"a backward pass fails: {(failed.reason or failed.failure).splitlines()[-1]}"
    reached = answer.get("gradients") if isinstance(answer, dict) else None
    if type(reached) is not int:
        return "what a backward pass reaches was not told"
    return f"a backward pass reaches {reached} parameters"


def _alike(one: Sequence[float], other: Sequence[float]) -> bool:
    scale = max(map(abs, one)) or 1.0
    return not any(abs(a - b) >= 1e-6 * scale for a, b in zip(one, other, strict=True))


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    means = sum(one) / len(one), sum(other) / len(other)
    a, b = [x - means[0] for x in one], [y - means[1] for y in other]
    scale = _norms(a, b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / scale if scale else 0.0


def _norms(a: Sequence[float], b: Sequence[float]) -> float:
    return math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
