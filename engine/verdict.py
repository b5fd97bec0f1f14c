"""What a grader says of one criterion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from engine.rubric import Scale

Decision = Literal["pass", "fail", "unclear"]


@dataclass(frozen=True)
class Evidence:
    """A place in the submission (`quote` stands at `line`, from 1, of `file`), or a measured fact."""

    quote: str
    file: str = ""
    line: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.quote, str) or not isinstance(self.file, str):
            raise TypeError(f"evidence needs a quote and a file that are text: {self!r}")
        if self.line is not None and (not isinstance(self.line, int) or isinstance(self.line, bool)):
            raise TypeError(f"evidence needs a line that is a whole number or None: {self!r}")


def place(evidence: Iterable[Evidence]) -> str:
    """The first line that is named, as `file:line`; empty where none is."""
    first = next((each for each in evidence if each.line is not None), None)
    return f"{first.file or 'line'}:{first.line}" if first else ""


_SCORED = ("score", "scores", "remarks", "items", "title")
_NOTHING: tuple[object, ...] = (None, (), [], "")


@dataclass(frozen=True)
class Verdict:
    """`unclear` is an honest answer: the grader found neither evidence nor counter-evidence.

    `score` lies on the criterion's scale; without one a pass is its top and a fail its bottom. Of several
    samples it is the mean, and `scores` has what each gave; `votes` counts decisions where nothing is
    scored. `remarks` are what the rubric asks a judge to list. `items` has a verdict for each item of the
    submission, with its title. `by` names the grader, `opinions` keeps what each of several said. `failure`
    is what a run is called whose gate failed with this verdict.
    """

    verdict: Decision
    reason: str
    evidence: tuple[Evidence, ...] = ()
    by: str = ""
    failure: str | None = None
    votes: Mapping[Decision, int] | None = None
    opinions: Mapping[str, Decision] | None = None
    score: float | None = None
    scores: tuple[float | None, ...] = ()
    remarks: Mapping[str, tuple[str, ...]] | None = None
    items: tuple[Verdict, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in get_args(Decision):
            raise ValueError(f"a verdict is one of {', '.join(get_args(Decision))}, not {self.verdict!r}")
        if not isinstance(self.reason, str) or not all(isinstance(each, Evidence) for each in self.evidence):
            raise TypeError("a verdict needs a reason that is text, and evidence of the class Evidence")

    def told(self) -> dict[str, Any]:
        """As data, without what only scored verdicts have where this has none."""
        own = {**asdict(self), "items": [item.told() for item in self.items]}
        return {name: value for name, value in own.items() if name not in _SCORED or value not in _NOTHING}

    def scored(self, scale: Scale) -> float | None:
        """The score on that scale, None where the verdict is unclear."""
        if self.verdict == "unclear":
            return None
        return (scale.high if self.verdict == "pass" else scale.low) if self.score is None else self.score


@dataclass(frozen=True)
class Assessment:
    """What one sample of a judge, the model `by`, says of all items together, by their titles.

    `order` is that in which they were shown, `ranking` has the best first; `best` and `worst` say why the
    first and the last are there.
    """

    by: str
    order: tuple[str, ...]
    ranking: tuple[str, ...]
    best: str
    worst: str
    summary: str
