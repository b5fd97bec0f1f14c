"""What decides criteria: a probe (deterministic) or a judge (a model)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engine.agent import Attempt
from engine.rubric import Rubric
from engine.submission import Submission
from engine.verdict import Verdict


class Grader(Protocol):
    """An actor: one instance serves all runs and keeps nothing of them."""

    async def grade(self, submission: Submission, rubric: Rubric, attempt: Attempt) -> Mapping[str, Verdict]:
        """A verdict for each criterion that this grader can speak of. Raises Void or SandboxError."""
