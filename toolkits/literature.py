"""Reviews of fields, read from the files that a task gives: TOPIC.md each."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.agent import Attempt
from engine.tool import ToolError

SUFFIX = ".md"
ALL = "all"


def reviews(attempt: Attempt, topic: str) -> dict[str, str]:
    """By topic: all that are given, or the one of the task's topic."""
    found = {name.removesuffix(SUFFIX): text for name, text in attempt.given.items() if name.endswith(SUFFIX)}
    return {name: text for name, text in found.items() if topic in (ALL, name)}


class GetLiterature:
    """`topic` is that of the task: the one review that may be read, or "all"."""

    description = "Read the review of the literature of one topic. `topic` is the topic's short name."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"topic": {"type": "string", "minLength": 1}},
        "required": ["topic"],
        "additionalProperties": False,
    }

    def __init__(self, topic: str = ALL) -> None:
        self.topic = topic

    def __call__(self, attempt: Attempt, /, *, topic: str) -> str:
        found = reviews(attempt, self.topic)
        if topic not in found:
            raise ToolError(f"there is no review of {topic!r}; there are: {', '.join(found) or 'none'}")
        return found[topic]


class GetAllLiterature:
    """All reviews that may be read, each under its topic."""

    description = "Read all reviews of the literature that there are, one after another."
    schema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}, "additionalProperties": False}

    def __init__(self, topic: str = ALL) -> None:
        self.topic = topic

    def __call__(self, attempt: Attempt, /) -> str:
        found = reviews(attempt, self.topic)
        if not found:
            raise ToolError("there are no reviews")
        return "\n\n".join(f"<!-- topic: {topic} -->\n\n{text}" for topic, text in found.items())
