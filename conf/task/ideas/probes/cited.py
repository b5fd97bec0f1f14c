"""How many papers the ideas cite, and which of them neither reviews nor corpus nor tools know."""

from __future__ import annotations

from typing import Any

from engine.agent import Attempt
from engine.submission import Submission

from .citing import found, texts
from .document import ideas

TOLD = 20  # that are listed


async def measure(submission: Submission, attempt: Attempt) -> dict[str, Any]:
    read = texts(attempt)
    cited = list(dict.fromkeys(each for idea in ideas(submission) for each in idea.papers))
    unknown = [each for each in cited if found(each, read) != "known"]
    return {"cited": len(cited), "unknown": len(unknown), "unknown_papers": unknown[:TOLD]}
