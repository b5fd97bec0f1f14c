"""The words of every backend: what to run, within which limits, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

Ended = Literal["exit", "signal", "timeout", "memory", "output", "killed"]
MIB = 1 << 20


class SandboxError(Exception):
    """The sandbox itself failed, never the job."""


@dataclass(frozen=True)
class JobLimits:
    """What a job may use; going beyond ends it. `seconds` is wall time, sizes are bytes.

    `processes` counts threads as well. `memory` bounds all processes of the job together, beyond what a warm
    worker lent them, `output` each of standard output and error.
    """

    seconds: float = 60.0
    memory: int = 3 << 30
    processes: int = 64
    disk: int = 256 * MIB
    output: int = MIB


@dataclass(frozen=True)
class Job:
    """A program. `argv[0] == "python"` stands for the engine's own interpreter and packages.

    `files` (relative POSIX path -> content) lie in the working folder, a private one of bounded size,
    when the program starts. The environment is clean but for `env`; the variable SANDBOX_CHANNEL holds
    the number of the descriptor of the channel (a stream socket).

    A Python job may be run by a copy of a process that has imported much already, with the same isolation.
    `warm=False` asks for a fresh process: CUDA does not survive the copying, and neither do variables of
    `env` have an effect that an imported module reads only while it is imported.
    """

    argv: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    limits: JobLimits = JobLimits()
    warm: bool = True


@dataclass(frozen=True)
class Result:
    """How a job ended. `code` is its exit code, or minus the signal's number, and None where we killed it.

    `stdout` and `stderr` are cut at the limit, decoded with replacement, and not to be believed.
    """

    ended: Ended
    code: int | None
    stdout: str
    stderr: str
    seconds: float


class Session(Protocol):
    """A running job. Frames on the channel are a 4-byte big-endian length and that many bytes."""

    async def send(self, frame: bytes) -> None:
        """Give the job a frame. A job that is gone or does not read raises EOFError."""

    async def receive(self, most: int = 16 * MIB) -> bytes:
        """The next frame. EOFError when the job or its end is gone; ValueError for one above `most`."""

    async def wait(self) -> Result:
        """Let the job run to its end or its limit."""


class Sandbox(Protocol):
    """An actor: one instance serves all runs. `level` is 1 (weak) to 3 (strong), `sockets` whether processes
    of a job can talk to each other over a network of their own.
    """

    name: str
    level: int
    sockets: bool

    def open(self, job: Job) -> AbstractAsyncContextManager[Session]:
        """Start a job. On leaving, every process of it is dead and its folder gone. Raises SandboxError."""

    async def check(self) -> None:
        """Find out, before it matters, whether jobs can be run here. Raises SandboxError with the reason."""

    async def close(self) -> None:
        """End what is kept between jobs."""


async def run(sandbox: Sandbox, job: Job) -> Result:
    """Run a job that needs no conversation."""
    async with sandbox.open(job) as session:
        return await session.wait()
