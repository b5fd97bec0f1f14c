"""Hand in the work: the call that ends an attempt."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.agent import Attempt
from engine.submission import Submission
from engine.tool import Submitted

MOST = 1_000_000  # bytes of a file that is handed in
SECONDS = 30.0  # that fetching it may take


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


class SubmitFile:
    """Takes a file of the attempt's workspace."""

    needs_sandbox = True
    description = (
        "Hand in your finished work from your workspace, without repeating it: `path` is the complete file "
        "that the task asks for, whatever it is called there. This ends the attempt."
    )
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "path": {"type": "string", "minLength": 1, "description": "relative to the working folder"}
        },
        "required": ["path"],
        "additionalProperties": False,
    }

    async def __call__(self, attempt: Attempt, /, *, path: str) -> str:
        request = {"do": "whole", "path": path, "most": MOST}
        content = await attempt.workspace.ask(request, SECONDS, MOST)
        if not content:
            raise ValueError(f"{path}: this file is empty")
        raise Submitted(Submission({attempt.task.submission: content}))
