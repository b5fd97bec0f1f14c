"""Whether a run came to a good end, and whether it trained the given model on the given data."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.trace import Trace

from .script import SECONDS, Arguments
from .told import Backward, Told

NUMBER = re.compile(r"(?<![\w.])\d*\.\d+(?:e[-+]?\d+)?", re.IGNORECASE)


UNLIKE, ALIKE = 0.6, 0.9  # in bfloat16 gradients are alike by 0.98; a loss of half of the tokens is by 0.7
NEAR = 1.1  # how far off a loss may be for its rounding, or for a mean that is taken in another way


@dataclass(frozen=True)
class Fault:
    """Why the gate fails, or stays open where that is not `sure`; `failure` is what the run is called."""

    reason: str
    line: int | None = None
    failure: str = "runtime_error"
    sure: bool = True


def ended(trace: Trace, run: Told) -> Fault | None:
    """Why the script did not come to a good end by itself."""
    if trace.ended in ("timeout", "deadlock"):
        what = "nothing moves any more" if trace.ended == "deadlock" else f"not done after {SECONDS:g} s"
        return Fault(f"the script does not end: {what}", failure="timeout")
    if trace.ended != "exit":
        return Fault(f"the script was stopped: {trace.ended} beyond its limit")
    if run.how == "error":
        return Fault(run.message, _line(run))
    code = trace.processes[0].code
    if code != 0:
        return Fault(f"the script exits with code {code}: {_last(trace.processes[0].stderr)}", _line(run))
    return None if run.how in ("finished", "exit") else Fault("the process ended in the middle of the script")


def untrained(trace: Trace, run: Told, arguments: Arguments) -> Fault | None:
    """What is missing of a training by these arguments, if anything."""
    return (
        _other_rows(run, arguments)
        or _other_parameters(run)
        or _other_loss(run)
        or _silent(trace, arguments)
        or _other_number(trace, run, arguments)
    )


def _other_rows(run: Told, arguments: Arguments) -> Fault | None:
    passes = Counter(run.passed)
    if not passes:
        return Fault("no sample passes through the model and back", _line(run))
    if passes == Counter(run.expected * arguments.epochs):
        return None
    asked = f"--num-samples {arguments.num_samples} --epochs {arguments.epochs}"
    foreign = len(set(passes) - set(run.expected))
    told = f"{passes.total()} rows, {len(passes)} different ones"
    told += f", {foreign} of them not from the data" if foreign else ""
    return Fault(f"with {asked} what passes through the model and back is {told}")


def _other_parameters(run: Told) -> Fault | None:
    if run.end is None:
        return Fault("what became of the parameters was not told")
    if _columns(run.end.shapes) != _columns(run.shapes):
        return Fault("the parameters that are trained are not those of the model that was given")
    if run.end.changed * 2 < len(run.end.shapes):
        few = f"{run.end.changed} of {len(run.end.shapes)} parameters" if run.end.changed else "no parameter"
        return Fault(f"the training changes {few}")
    if sum(step.pushed for step in run.steps) * 2 < len(run.steps):
        return Fault("the steps of the optimizer do not follow the gradients")
    losses = [backward.loss for backward in run.backwards if backward.loss is not None]
    if not run.end.finite or not all(map(math.isfinite, losses)):
        return Fault("the loss or the parameters are not finite")
    return None


def _columns(shapes: Iterable[tuple[int, ...]]) -> Counter[tuple[int, ...]]:
    """Rows of each kind, in whichever tensors: three projections may be one, and one may be three."""
    rows: Counter[tuple[int, ...]] = Counter()
    for shape in shapes:
        rows[shape[1:]] += shape[0] if shape else 1
    return rows


def _other_loss(run: Told) -> Fault | None:
    """Gradients that are not those of the given model and its loss on the rows that passed."""
    least = min(run.backwards, key=_alike, default=None)
    if least is None or least.compared is None or _alike(least) >= ALIKE:
        return None
    found = least.compared
    what = f"the gradient of {found.where} is not that of the given model's loss on the rows that pass"
    sure = found.sure and found.alike < UNLIKE
    return Fault(f"{what} (alike by {found.alike:.2f})", next(iter(least.lines), None), sure=sure)


def _alike(backward: Backward) -> float:
    """1 where nothing is known, as of a scaled loss that overflows."""
    return backward.compared.alike if backward.compared and math.isfinite(backward.compared.alike) else 1.0


def _silent(trace: Trace, arguments: Arguments) -> Fault | None:
    if len(_printed(trace)) < arguments.epochs:
        return Fault("the script does not print the loss of each epoch")
    return None


def _other_number(trace: Trace, run: Told, arguments: Arguments) -> Fault | None:
    """What is printed is no mean of the losses, be they whole, divided, or summed over a step.

    It stays open where it may be a sum of more of them.
    """
    whole = [each.loss for each in run.compared]
    if not whole:
        return None
    divided = [each.loss for each in run.backwards if each.loss is not None] or whole
    near = [(losses, pieces) for losses in (whole, divided) for pieces in (1, _pieces(run))]
    if _lines(trace, near) >= arguments.epochs:
        return None
    far = [(whole, pieces) for pieces in range(1, len(run.backwards) + 1)]
    reason = f"no number that is printed is near the loss, which is {whole[-1]:.2f} at last"
    return Fault(reason, sure=_lines(trace, far) < arguments.epochs)


def _pieces(run: Told) -> int:
    """The most backward passes that go into a step."""
    stepped = [number for number, backward in enumerate(run.backwards, start=1) if backward.steps]
    return max((after - before for before, after in pairwise([0, *stepped])), default=1)


def _lines(trace: Trace, means: Sequence[tuple[Sequence[float], int]]) -> int:
    """How many lines say what may be a mean of such losses, or of the sums of so many of them."""
    ranges = [(min(losses) * pieces / NEAR, max(losses) * pieces * NEAR) for losses, pieces in means]
    return sum(
        1 for line in _printed(trace) if any(low <= each <= high for each in line for low, high in ranges)
    )


def _printed(trace: Trace) -> list[list[float]]:
    """The numbers of each line that has any."""
    process = trace.processes[0]
    lines = f"{process.stdout}\n{process.stderr}".splitlines()
    return [[float(each) for each in found] for line in lines if (found := NUMBER.findall(line))]


def _line(run: Told) -> int | None:
    line = run.error.get("line")
    return line if type(line) is int else None


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "nothing was said"
