"""An attempt's own place in the sandbox, with a job that says whatever it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from engine.workspace import Workspace, WorkspaceError, shortened
from sandbox import Job, JobLimits, Result, SandboxError
from sandbox.namespaces import Namespaces

ASKED = {"do": "python", "code": "1", "seconds": 1}


class Said:
    """A sandbox whose jobs answer with these frames in turn, whatever they are asked; an error is raised."""

    name = "said"
    level = 3

    def __init__(self, *frames: Any, ended: str = "exit") -> None:
        self.frames = list(frames)
        self.ended = ended
        self.jobs: list[Job] = []
        self.asked: list[bytes] = []
        self.closed = 0

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[Said]:
        self.jobs.append(job)
        try:
            yield self
        finally:
            self.closed += 1

    async def send(self, frame: bytes) -> None:
        self.asked.append(frame)

    async def receive(self, most: int) -> bytes:
        frame = self.frames.pop(0)
        if isinstance(frame, Exception):
            raise frame
        return frame if isinstance(frame, bytes) else json.dumps(frame).encode()

    async def wait(self) -> Result:
        return Result(self.ended, None, "", "", 1.0)


async def asked(sandbox: Said) -> str:
    async with Workspace(sandbox, {}) as workspace:
        return await workspace.ask(ASKED, 1.0, 100)


async def test_opened_when_needed_and_closed_once() -> None:
    """An attempt that never uses it costs nothing; one that does has one job for all calls."""
    sandbox = Said({"text": "a"}, {"text": "b"})
    async with Workspace(sandbox, {"x.py": "1"}) as workspace:
        assert (sandbox.jobs, workspace.used) == ([], False)
        assert [await workspace.ask(ASKED, 1.0, 100) for _ in range(2)] == ["a", "b"]
        assert (workspace.used, sandbox.closed) == (True, 0)
    assert (len(sandbox.jobs), sandbox.closed) == (1, 1)
    assert sandbox.jobs[0].files["work/x.py"] == b"1"
    assert json.loads(sandbox.asked[0]) == ASKED


async def test_the_limits_of_the_job() -> None:
    """It has all the time: the attempt ends it."""
    sandbox = Said({"text": ""})
    async with Workspace(sandbox, {}) as workspace:
        await workspace.ask(ASKED, 1.0, 100)
    assert sandbox.jobs[0].limits == JobLimits(86400.0, processes=256)


async def test_what_could_not_be_done_is_told() -> None:
    """The job's own words, and it lives on."""
    sandbox = Said({"error": "no such file"}, {"text": "b"})
    async with Workspace(sandbox, {}) as workspace:
        with pytest.raises(WorkspaceError, match=r"^no such file$"):
            await workspace.ask(ASKED, 1.0, 100)
        assert await workspace.ask(ASKED, 1.0, 100) == "b"
    assert len(sandbox.jobs) == 1


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ("memory", "it used more than 3072 MiB of memory"),
        ("killed", "it ran more than 256 processes"),
        ("timeout", "its time was up"),
        ("exit", "its main process was ended"),
    ],
)
async def test_a_job_that_ends(ended: str, words: str) -> None:
    """The answer says why and what is lost, and the next call has a new one."""
    sandbox = Said(EOFError("gone"), {"text": "new"}, ended=ended)
    async with Workspace(sandbox, {}) as workspace:
        with pytest.raises(
            WorkspaceError, match=f"The workspace is gone: {words}. Variables and files are lost"
        ):
            await workspace.ask(ASKED, 1.0, 100)
        assert sandbox.closed == 1
        assert await workspace.ask(ASKED, 1.0, 100) == "new"
    assert (len(sandbox.jobs), sandbox.closed) == (2, 2)


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff",
        b"{",
        b"[" * 100_000,
        [],
        {},
        {"text": 3},
        {"error": None},
        ValueError("too long"),
        TimeoutError(),
    ],
)
async def test_nonsense_is_never_ours(frame: Any) -> None:
    """The agent's code can reach the job: what comes in no known form ends the workspace, not the run."""
    with pytest.raises(WorkspaceError, match="does not answer any more"):
        await asked(Said(frame))


async def test_our_failures_pass_through() -> None:
    """A sandbox in trouble is none of the agent's business."""
    with pytest.raises(SandboxError):
        await asked(Said(SandboxError("no room")))


async def test_answers_are_bounded() -> None:
    """Whatever the job sends."""
    for kind in ("text", "error"):
        try:
            told = await asked(Said({kind: "x" * 10_000}))
        except WorkspaceError as error:
            told = str(error)
        assert len(told) < 200


async def test_given_up_in_the_middle() -> None:
    """A call that was cancelled leaves no answer behind that the next one would take for its own."""

    class Slow(Said):
        async def receive(self, most: int) -> bytes:
            await asyncio.sleep(0.1)
            return await super().receive(most)

    sandbox = Slow({"text": "late"}, {"text": "later"})
    async with Workspace(sandbox, {}) as workspace:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(workspace.ask(ASKED, 1.0, 100), 0.05)
        await workspace.ask(ASKED, 1.0, 100)
    assert len(sandbox.jobs) == 2


def test_shortened() -> None:
    """Both ends stay, and the rest is said to be missing."""
    assert shortened("x" * 10, 10) == "x" * 10
    assert shortened("abcdefghijk", 4) == "ab\n[... The middle is left out: more than 4 characters. ...]\njk"


async def test_a_real_job_beyond_its_memory() -> None:
    """The whole workspace ends, that is told, and a new one with the task's files takes its place."""

    class Small(Namespaces):
        def _order(self, job: Job) -> Any:
            return {**super()._order(job), "memory": 200 << 20}

    hog = "import time\nheld = b'x' * (400 << 20)\ntime.sleep(20)"
    async with Workspace(Small(), {"x.txt": "given"}) as workspace:
        with pytest.raises(WorkspaceError, match="more than 3072 MiB of memory"):
            await workspace.ask({"do": "python", "code": hog, "seconds": 50.0}, 50.0, 1000)
        read = {"do": "python", "code": "open('x.txt').read()", "seconds": 10.0}
        assert await workspace.ask(read, 10.0, 100) == "'given'\n"


async def test_a_server_that_is_killed() -> None:
    """Code may end the job's main process: its own loss, and no failure of ours."""
    async with Workspace(Namespaces(), {}) as workspace:
        for number in ("SIGKILL", "SIGTERM"):
            code = f"import os, signal, time\nos.kill(os.getppid(), signal.{number})\ntime.sleep(5)"
            with pytest.raises(WorkspaceError, match="main process was ended"):
                await workspace.ask({"do": "python", "code": code, "seconds": 5.0}, 5.0, 1000)
