"""A workspace in a real sandbox, spoken to as tools do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from engine.workspace import Workspace
from sandbox import Sandbox
from sandbox.namespaces import Namespaces

MOST = 10_000


class Asking:
    """What is asked of it, in short."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    async def python(self, code: str, seconds: float = 20.0) -> str:
        return await self._ask({"do": "python", "code": code, "seconds": seconds})

    async def shell(self, line: str, seconds: float = 20.0) -> str:
        return await self._ask({"do": "shell", "line": line, "seconds": seconds})

    async def read(self, path: str) -> str:
        return await self._ask({"do": "read", "path": path, "first": 1, "last": None, "most": MOST})

    async def write(self, path: str, content: str) -> str:
        return await self._ask({"do": "write", "path": path, "content": content})

    async def _ask(self, request: Mapping[str, object]) -> str:
        return await self.workspace.ask(request, 30.0, MOST)


@asynccontextmanager
async def opened(
    sandbox: Sandbox | None = None, given: Mapping[str, str] | None = None
) -> AsyncIterator[Asking]:
    async with Workspace(sandbox or Namespaces(), given or {}) as workspace:
        yield Asking(workspace)
