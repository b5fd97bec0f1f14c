"""Hand in the work: the call that ends an attempt."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


class SubmitDocument:
    """Takes the document itself as its arguments, and hands it in as JSON.

    `schema` is the JSON Schema (type object) that the document should fit. One that does not is told to the
    agent once; the next is handed in as it is, for the gates to judge.
    """

    description = "Hand in your finished work, all of it in one call. This ends the attempt."
    refusals = 1

    def __init__(self, schema: Mapping[str, Any]) -> None:
        if schema.get("type") != "object":
            raise ValueError("schema: this must be a JSON Schema of type object")
        self.schema = dict(schema)

    def __call__(self, attempt: Attempt, /, **document: Any) -> str:
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        raise Submitted(Submission({attempt.task.submission: text}))


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
