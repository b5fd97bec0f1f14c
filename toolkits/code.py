"""Run code in the attempt's workspace: Python that keeps its variables, and shell lines."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.agent import Attempt
from engine.bounds import above_zero
from toolkits.length import length

WHERE = (
    "in your workspace: a sandbox without network, in whose working folder the files of the task lie. "
    "It is yours until you hand in"
)
TOLD = "A call may take {seconds:g} seconds; of a long output the middle is left out."
SILENT = "[No output.]"


class Python:
    """`seconds` is what a call may take, `characters` how much of its output is shown."""

    needs_sandbox = True
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"code": {"type": "string", "minLength": 1, "description": "the code to run"}},
        "required": ["code"],
        "additionalProperties": False,
    }

    def __init__(self, seconds: float = 120.0, characters: int = 10_000) -> None:
        above_zero(seconds=seconds)
        self.seconds, self.characters = seconds, length(characters)
        self.description = (
            f"Run Python code {WHERE}. Variables and imports are kept from call to call. You get what the "
            f"code prints, the value of an expression at its end, and the traceback of an exception. "
            f"{TOLD.format(seconds=seconds)}"
        )

    async def __call__(self, attempt: Attempt, /, *, code: str) -> str:
        request = {"do": "python", "code": code, "seconds": self.seconds}
        return await attempt.workspace.ask(request, self.seconds, self.characters) or SILENT


class Shell:
    """`seconds` is what a line may take, `characters` how much of its output is shown."""

    needs_sandbox = True
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"command": {"type": "string", "minLength": 1, "description": "the line to run"}},
        "required": ["command"],
        "additionalProperties": False,
    }

    def __init__(self, seconds: float = 120.0, characters: int = 10_000) -> None:
        above_zero(seconds=seconds)
        self.seconds, self.characters = seconds, length(characters)
        self.description = (
            f"Run a shell line, such as `python script.py --steps 3`, {WHERE}. Each call is a new shell in "
            f"the working folder; files are kept. {TOLD.format(seconds=seconds)}"
        )

    async def __call__(self, attempt: Attempt, /, *, command: str) -> str:
        request = {"do": "shell", "line": command, "seconds": self.seconds}
        return await attempt.workspace.ask(request, self.seconds, self.characters) or SILENT
