"""What the recorders told of one run (watch/watch.py has the list), read with care: a script could forge it.

An event that has not the form it should have is passed over, as if nobody had told of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.source import Source
from engine.trace import Event, Trace

T = TypeVar("T")
FORGED = (TypeError, KeyError, IndexError, AttributeError, ValueError, OverflowError)
Rows = tuple[int, ...]
Lines = tuple[int, ...]


@dataclass(frozen=True)
class Use:
    """Somewhere a technique was used: in the training (`heard`) or beside it."""

    technique: str
    lines: Lines
    heard: bool
    how: str = ""


@dataclass(frozen=True)
class Batch:
    """What a loader gave: the rows of each of its tensors."""

    rows: tuple[Rows, ...]
    pinned: bool
    lines: Lines


@dataclass(frozen=True)
class Piece:
    """Rows that passed through the model together, and the loader's batch that they were taken from."""

    rows: Rows
    lines: Lines
    batch: Batch | None


@dataclass(frozen=True)
class Compared:
    """A backward pass beside that of the given model on the same rows by the same weights.

    `loss` is the given model's. `alike` is 1 where all gradients are the same but for a common factor, less
    where those of the parameter `where` are not. `sure`: the parameters bear the given names.
    """

    loss: float
    alike: float
    where: str
    sure: bool


@dataclass
class Backward:
    """A backward pass: the rows it came back to, and the steps of the optimizer that followed at once.

    `carried`: gradients of an earlier one were still there when it began.
    """

    loss: float | None
    carried: bool
    lines: Lines
    pieces: list[Piece] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    compared: Compared | None = None

    @property
    def rows(self) -> frozenset[int]:
        return frozenset(row for piece in self.pieces for row in piece.rows)


@dataclass(frozen=True)
class Step:
    """An optimizer of trained parameters stepped, with these learning rates; `pushed`: by a gradient."""

    rates: tuple[float, ...]
    pushed: bool
    fused: bool
    foreach: bool
    lines: Lines


@dataclass(frozen=True)
class End:
    """The trained parameters when the script had ended."""

    shapes: tuple[tuple[int, ...], ...]
    changed: int
    finite: bool
    seed: int


@dataclass
class Told:
    """One run of a script as it was recorded. `how` it ended is finished, exit, error, or "" where untold."""

    source: Source
    how: str = ""
    error: Mapping[str, Any] = field(default_factory=dict)
    expected: Rows = ()
    shapes: tuple[tuple[int, ...], ...] = ()
    batches: list[Batch] = field(default_factory=list)
    backwards: list[Backward] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    end: End | None = None
    broken: bool = False

    @property
    def passed(self) -> list[int]:
        """Each row that went through the model and back, as often as it did."""
        return [row for piece in self.pieces for row in piece.rows]

    @property
    def pieces(self) -> list[Piece]:
        return [piece for backward in self.backwards for piece in backward.pieces]

    @property
    def steps(self) -> list[Step]:
        return [step for backward in self.backwards for step in backward.steps]

    @property
    def compared(self) -> list[Compared]:
        return [backward.compared for backward in self.backwards if backward.compared]

    @property
    def rate(self) -> float:
        """The highest learning rate of any step."""
        return max((rate for step in self.steps for rate in step.rates), default=0.0)

    @property
    def trained(self) -> bool:
        """Whether the script came to its end and trained something before."""
        return self.how in ("finished", "exit") and self.end is not None and bool(self.passed)

    @property
    def message(self) -> str:
        """What the script's error says, as the interpreter would."""
        return str(self.error.get("message") or self.error.get("type") or "it does not say why").strip()[
            :1000
        ]

    def of(self, technique: str) -> list[Use]:
        return [use for use in self.uses if use.technique == technique]


def told(trace: Trace, source: Source) -> Told:
    """The events of the one process, in their order."""
    run = Told(source)
    for event in trace.processes[0].events if trace.processes else ():
        try:
            _take(run, event)
        except FORGED:
            run.broken = True
    return run


def _take(run: Told, event: Event) -> None:
    facts = event.facts
    match event.kind:
        case "expected":
            run.expected, run.shapes = _whole(facts["rows"]), tuple(map(_whole, facts["shapes"]))
        case "loaded":
            rows = tuple(map(_whole, facts["rows"]))
            run.batches.append(Batch(rows, facts["pinned"] is True, _whole(facts["lines"])))
        case "backward":
            loss = facts["loss"]
            number = None if loss is None else float(loss)
            run.backwards.append(Backward(number, facts["carried"] is True, _whole(facts["lines"])))
        case "rows":
            rows = _whole(facts["rows"])
            run.backwards[-1].pieces.append(Piece(rows, _whole(facts["lines"]), _origin(run, rows)))
        case "step":
            rates = tuple(float(rate) for rate in facts["lr"])
            asked = {name: facts[name] is True for name in ("pushed", "fused", "foreach")}
            step = Step(rates, lines=_whole(facts["lines"]), **asked)
            run.backwards[-1].steps.append(step)
        case "compared":
            numbers = float(facts["loss"]), float(facts["alike"])
            run.backwards[-1].compared = Compared(*numbers, str(facts["where"]), facts["sure"] is True)
        case "used":
            lines = _whole(facts["lines"])
            run.uses.append(Use(str(facts["technique"]), lines, facts["heard"] is True, str(facts["how"])))
        case "ended":
            run.how, run.error = str(facts["how"]), facts
        case "end":
            shapes = tuple(map(_whole, facts["shapes"]))
            run.end = End(shapes, _number(facts["changed"]), facts["finite"] is True, _number(facts["seed"]))
        case _:
            run.broken = True


def _origin(run: Told, rows: Rows) -> Batch | None:
    """The last batch, so far, that has one of these rows."""
    some = set(rows)
    return next((batch for batch in reversed(run.batches) if any(some & set(of) for of in batch.rows)), None)


def _whole(values: Any) -> tuple[int, ...]:
    return tuple(map(_number, values))


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value
