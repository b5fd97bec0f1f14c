"""Read and write text files in the attempt's workspace."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.agent import Attempt
from toolkits.length import length

SECONDS = 30.0  # that reading or writing may take
MOST = 1_000  # characters of a short answer
NOTE = 200  # characters that the workspace may add to say where to go on
PATH = {"type": "string", "minLength": 1, "description": "relative to the working folder"}


class ReadFile:
    """`characters` is how much of a file one call shows."""

    needs_sandbox = True
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "path": PATH,
            "first": {"type": "integer", "minimum": 1, "description": "the first line, from 1"},
            "last": {"type": "integer", "minimum": 1, "description": "the last line"},
        },
        "required": ["path"],
        "additionalProperties": False,
    }

    def __init__(self, characters: int = 20_000) -> None:
        self.characters = length(characters)
        self.description = (
            "Read a text file of your workspace, all of it or some of its lines: "
            f"at most {characters} characters a call."
        )

    async def __call__(
        self, attempt: Attempt, /, *, path: str, first: int = 1, last: int | None = None
    ) -> str:
        most = self.characters
        request = {"do": "read", "path": path, "first": int(first), "last": last, "most": most}
        return await attempt.workspace.ask(request, SECONDS, most + NOTE) or "[Nothing stands there.]"


class WriteFile:
    """Makes or replaces a file."""

    needs_sandbox = True
    description = (
        "Write a text file in your workspace, in place of what stood there. Folders are made as needed."
    )
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"path": PATH, "content": {"type": "string", "description": "the complete text"}},
        "required": ["path", "content"],
        "additionalProperties": False,
    }

    async def __call__(self, attempt: Attempt, /, *, path: str, content: str) -> str:
        request = {"do": "write", "path": path, "content": content}
        return await attempt.workspace.ask(request, SECONDS, MOST)
