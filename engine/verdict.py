"""What a grader says of one criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Decision = Literal["pass", "fail", "unclear"]


@dataclass(frozen=True)
class Evidence:
    """A place in the submission (`quote` stands at `line`, from 1, of `file`), or a measured fact."""

    quote: str
    file: str = ""
    line: int | None = None


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
