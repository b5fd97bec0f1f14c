"""Calls of tools in one attempt, with a real sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from engine.model import ToolCall, ToolResult
from engine.tool import Tool, use
from sandbox.namespaces import Namespaces
from tests.doubles import attempt


@asynccontextmanager
async def using(
    folder: Path, tools: Mapping[str, Tool], given: Mapping[str, str] | None = None
) -> AsyncIterator[Callable[..., Awaitable[ToolResult]]]:
    """A function that calls one of the tools by name."""
    this = attempt(folder, tools=tools, sandbox=Namespaces(), given=given or {})

    async def call(name: str, **arguments: Any) -> ToolResult:
        return await use(ToolCall("1", name, arguments), this)

    async with this.workspace:
        yield call
