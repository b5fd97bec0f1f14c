"""Conversations with the probe's two jobs: the subject runs the submission, the examiner our own code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sandbox import Job, JobLimits, Sandbox, Session
from sandbox import channel as channel_module

from .message import Array, Malformed, pack, unpack
from .source import Source

HERE = Path(__file__).parent
MOST = 128 << 20  # bytes of one message
SECONDS = 60.0
SIZES = {"vocab_size": 1000, "d_model": 128, "n_heads": 4, "n_layers": 2, "d_ff": 256}
SHARED = ("message.py", "wire.py")


# What reading an answer raises that only a forged one can be: the submission's doing, never ours.
FORGED = (TypeError, KeyError, IndexError, AttributeError, ValueError, OverflowError)


class Failed(Exception):
    """The job answered with an error, or not at all; `failure` is what a run is called for it."""

    def __init__(self, failure: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.failure, self.reason, self.line = failure, reason, line


class Subject:
    """A process that holds the submission. What it answers is data to be checked."""

    def __init__(self, session: Session) -> None:
        self.session = session

    async def ask(self, request: dict[str, Any], arrays: Sequence[Array] = ()) -> tuple[Any, list[Array]]:
        return await self.relay(pack(request, arrays))

    async def relay(self, question: bytes) -> tuple[Any, list[Array]]:
        """The answer to a question that is a message already. Raises Failed."""
        answer = await self.raw(question)
        try:
            value, arrays = unpack(answer)
        except Malformed as error:
            raise Failed("runtime_error", str(error)) from error
        if not isinstance(value, dict) or "ok" not in value:
            raise _reported(value)
        return value["ok"], arrays

    async def raw(self, question: bytes) -> bytes:
        try:
            await self.session.send(question)
            return await self.session.receive(MOST)
        except (EOFError, ValueError) as error:
            raise await self._ended(error) from error

    async def _ended(self, error: Exception) -> Failed:
        if isinstance(error, ValueError):
            return Failed("runtime_error", str(error))
        result = await self.session.wait()
        if result.ended == "timeout":
            return Failed("timeout", f"no answer within {result.seconds:.0f} s")
        last = "\\n".join(result.stderr.strip().splitlines()[-3:])
        how = f"exit code {result.code}" if result.ended == "exit" else result.ended
        return Failed("runtime_error", f"the process ended early ({how}){': ' if last else ''}{last}")


@asynccontextmanager
async def subject(source: Source, sandbox: Sandbox) -> AsyncIterator[Subject]:
    """A fresh process with the submission loaded and a model built. Raises Failed."""
    path = f"submission/{source.name}"
    files = _files("subject") | {path: source.text.encode()}
    async with sandbox.open(_job(("subject.host", path), files)) as session:
        running = Subject(session)
        await running.ask({"sizes": SIZES})
        yield running


@asynccontextmanager
async def examiner(sandbox: Sandbox) -> AsyncIterator[Subject]:
    """A fresh process that runs our own code alone, on data that the subject sent."""
    async with sandbox.open(_job(("examiner.main",), _files("examiner"))) as session:
        yield Subject(session)


def _job(command: tuple[str, ...], files: dict[str, bytes]) -> Job:
    env = {"TORCHDYNAMO_DISABLE": "1", "PYTORCH_JIT_LOG_LEVEL": ""}
    return Job(("python", "-m", *command), files, env, JobLimits(seconds=SECONDS))


def _files(folder: str) -> dict[str, bytes]:
    """That folder's modules, and what both sides share."""
    ours = [*(HERE / name for name in SHARED), *sorted((HERE / folder).glob("*.py"))]
    files = {path.relative_to(HERE).as_posix(): path.read_bytes() for path in ours}
    return files | {"channel.py": Path(channel_module.__file__).read_bytes()}


def _reported(value: Any) -> Failed:
    error = value.get("error") if isinstance(value, dict) else None
    line = value.get("line") if isinstance(value, dict) else None
    text = error if isinstance(error, str) else "an answer without a result"
    return Failed("runtime_error", text[-2000:], line if type(line) is int else None)
