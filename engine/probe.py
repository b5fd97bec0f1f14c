"""A probe decides criteria without a model, by running or reading the submission.

A probe is a Python file in a task's folder probes/, written by the task's author and trusted. It
defines `async def probe(submission, attempt) -> dict[str, Verdict]`: a verdict for each id of a gate or
criterion that it decides. What it runs of the submission, it runs in `attempt.sandbox`; what comes back from
there is data. It raises SandboxError where the sandbox itself failed.

A file may also, or instead, define `async def measure(submission, attempt) -> dict[str, Any]`: what a measure
of the rubric keeps, as JSON; of numbers the summary gives the mean.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from engine.agent import Attempt
from engine.submission import Submission
from engine.verdict import Verdict

Measuring = Callable[[Submission, Attempt], Awaitable[Mapping[str, Any]]]
Probe = Callable[[Submission, Attempt], Awaitable[Mapping[str, Verdict]]]
