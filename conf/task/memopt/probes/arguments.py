"""Whether the script heeds its arguments: told by a second run that asks for other things."""

from __future__ import annotations

from collections import Counter

from engine.trace import Trace

from .script import CONTRACT, OTHER
from .told import Told
from .training import Fault

FAINT = 1e-4  # of the rate asked for: less than any warm-up begins with
USAGE = 2  # the exit code of a script that does not know an argument


def ignored(plain: Told, trace: Trace, other: Told) -> Fault | None:
    """The argument that makes no difference, or is not taken. A second run that breaks off tells nothing."""
    process = trace.processes[0]
    if other.how == "exit" and process.code == USAGE:
        lines = process.stderr.strip().splitlines()
        return Fault(f"an argument is not taken: {lines[-1] if lines else 'exit code 2'}")
    if not other.trained:
        return None
    argument = next((name for name, same in _same(plain, other).items() if same), None)
    return Fault(f"{argument} is ignored") if argument else None


def _same(plain: Told, other: Told) -> dict[str, bool]:
    """By argument, whether the two runs show that it makes no difference."""
    counts = Counter(other.passed)
    return {
        "--num-samples": len(counts) != len(set(other.expected)),
        "--epochs": counts.total() != len(other.expected) * OTHER.epochs,
        "--batch-size": _largest(plain) > CONTRACT.batch_size
        or _largest(other) > OTHER.batch_size
        or (1 < _loaded(plain) == _loaded(other) and _stepped(plain) == _stepped(other)),
        "--model-size": other.end is not None and Counter(other.end.shapes) == Counter(plain.shapes),
        "--seed": _unseeded(plain, other),
        "--lr": bool(plain.rate) and (plain.rate == other.rate or other.rate < FAINT * (OTHER.lr or 0)),
    }


def _unseeded(plain: Told, other: Told) -> bool:
    """Whether neither the data nor the random numbers are what the seed makes them."""
    if plain.end is None or other.end is None:
        return False
    return not set(other.passed) & set(other.expected) and plain.end.seed == other.end.seed


def _largest(run: Told) -> int:
    """Rows that pass through the model at once."""
    return max((len(piece.rows) for piece in run.pieces), default=0)


def _stepped(run: Told) -> int:
    """Rows that go into one step of the optimizer."""
    most = rows = 0
    for backward in run.backwards:
        rows += sum(len(piece.rows) for piece in backward.pieces)
        most, rows = (max(most, rows), 0) if backward.steps else (most, rows)
    return most


def _loaded(run: Told) -> int:
    """Rows that a loader gives at once."""
    return max((len(rows) for batch in run.batches for rows in batch.rows), default=0)
