"""Hand in the work: the call that ends an attempt."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.agent import Attempt
from engine.submission import Submission
from engine.tool import Submitted


class Submit:
    """Takes the whole text of the file that the task asks for."""

    description = (
        "Hand in your finished work. `content` is the complete text of the file that the task asks for, "
        "exactly as it should be saved. This ends the attempt."
    )
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"content": {"type": "string", "minLength": 1, "description": "the complete file"}},
        "required": ["content"],
        "additionalProperties": False,
    }

    def __call__(self, attempt: Attempt, /, *, content: str) -> str:
        raise Submitted(Submission({attempt.task.submission: content}))
