"""An attempt's own place in the sandbox, where an agent may try things before it hands them in.

It is one job (sandbox/workspace), opened when it is first used and gone with the attempt. Grading never
sees it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import sandbox.workspace
from sandbox import Job, JobLimits, Sandbox, Session
from sandbox.texts import texts

GRACE = 30.0  # seconds beyond a call's own limit until the workspace is given up
LATE = 2.0  # seconds until a job that closed its channel has ended
MOST = 8 << 20  # bytes of an answer
LIMITS = JobLimits(seconds=86400.0, processes=256)
MIB = 1 << 20
ENDINGS = {
    "memory": f"it used more than {LIMITS.memory // MIB} MiB of memory",
    "killed": f"it ran more than {LIMITS.processes} processes",
    "timeout": "its time was up",
}


class WorkspaceError(Exception):
    """What was asked of the workspace could not be done: the agent's to react to."""


class Workspace:
    """Opened by the first `ask`, and after its end by the next. `given` lies in it: path -> text.

    Leaving the context ends all of it: how long the attempt may take is decided there.
    """

    def __init__(self, sandbox: Sandbox, given: Mapping[str, str]) -> None:
        self.used = False
        self._sandbox = sandbox
        self._job = Job(("python", "-m", "sandbox.workspace.server"), _files(given), limits=LIMITS)
        self._stack = AsyncExitStack()
        self._session: Session | None = None
        self._one_by_one = asyncio.Lock()

    async def __aenter__(self) -> Workspace:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def ask(self, request: Mapping[str, Any], seconds: float, most: int) -> str:
        """What the job answers within `seconds`, cut to `most` characters.

        Raises WorkspaceError where it could not be done or the job ended, SandboxError for faults of ours.
        """
        async with self._one_by_one:
            session = await self._opened()
            answer = None
            try:
                answer = await _exchange(session, request, seconds + GRACE)
            except (EOFError, TimeoutError, ValueError, RecursionError) as error:
                raise WorkspaceError(await _ending(session, error)) from error
            finally:
                if answer is None:
                    await self._end()
        kind, text = answer
        if kind == "error":
            raise WorkspaceError(shortened(text, most))
        return shortened(text, most)

    async def _opened(self) -> Session:
        if self._session is None:
            self.used = True
            self._session = await self._stack.enter_async_context(self._sandbox.open(self._job))
        return self._session

    async def _end(self) -> None:
        self._session = None
        await self._stack.aclose()


def shortened(text: str, most: int) -> str:
    """The beginning and the end of a text that has more characters than `most`, with a note between them."""
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n[... The middle is left out: more than {most} characters. ...]\n{text[-half:]}"


def _files(given: Mapping[str, str]) -> dict[str, bytes]:
    """The server, and the workspace's own folder."""
    return texts(sandbox.workspace) | {f"work/{name}": text.encode() for name, text in given.items()}


async def _exchange(session: Session, request: Mapping[str, Any], seconds: float) -> tuple[str, str]:
    """A request, and the kind and text of its answer. The agent can reach the job: believe in no form."""
    async with asyncio.timeout(seconds):
        await session.send(json.dumps(request).encode())
        answer = json.loads(await session.receive(MOST))
    for kind in ("error", "text"):
        if isinstance(answer, dict) and isinstance(answer.get(kind), str):
            return kind, answer[kind]
    raise ValueError("the answer has neither error nor text")


async def _ending(session: Session, error: Exception) -> str:
    """What became of the workspace, in words for the agent."""
    why = "it does not answer any more"
    if isinstance(error, EOFError):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LATE):
                why = ENDINGS.get((await session.wait()).ended, "its main process was ended")
    return (
        f"The workspace is gone: {why}. Variables and files are lost."
        " The next call begins a new one, with the files of the task in it."
    )
