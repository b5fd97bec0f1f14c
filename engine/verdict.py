"""What a grader says of one criterion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

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


@dataclass(frozen=True)
class Verdict:
    """`unclear` is an honest answer: the grader found neither evidence nor counter-evidence.

    `by` names the grader. `failure` is what a run is called whose gate failed with this verdict.
    `votes` counts the decisions of several samples, `opinions` keeps what each of several graders said.
    """

    verdict: Decision
    reason: str
    evidence: tuple[Evidence, ...] = ()
    by: str = ""
    failure: str | None = None
    votes: Mapping[Decision, int] | None = None
    opinions: Mapping[str, Decision] | None = None

    def __post_init__(self) -> None:
        if self.verdict not in get_args(Decision):
            raise ValueError(f"a verdict is one of {', '.join(get_args(Decision))}, not {self.verdict!r}")
        if not isinstance(self.reason, str) or not all(isinstance(each, Evidence) for each in self.evidence):
            raise TypeError("a verdict needs a reason that is text, and evidence of the class Evidence")
