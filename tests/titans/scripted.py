"""A sandbox whose jobs are scripts: what the subject and the examiner answer is up to the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sandbox import Job, Result, Sandbox, Session
from tests.titans.parts import part

message = part("message")
Answer = Callable[[Any, list[Any]], bytes]
LOGITS = (2, 32, 1000)


class Scripted:
    """Jobs that run the subject or the examiner answer by a function each; others go to `real`."""

    name, level, sockets = "scripted", 3, True

    def __init__(self, subject: Answer | None, examiner: Answer | None, real: Sandbox | None = None) -> None:
        self.answers = {"subject.host": subject, "examiner.main": examiner}
        self.real = real

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[Session]:
        answer = next(answer for module, answer in self.answers.items() if module in job.argv)
        if answer is not None:
            yield Answers(answer)
            return
        async with self.real.open(job) as session:
            yield session

    async def check(self) -> None: ...

    async def close(self) -> None: ...


class Answers:
    """A job that answers each message at once, and that has ended where there was none."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.waiting: list[bytes] = []

    async def send(self, frame: bytes) -> None:
        self.waiting.append(self.answer(*message.unpack(frame)))

    async def receive(self, most: int = 1 << 24) -> bytes:
        if not self.waiting:
            raise EOFError("nothing was asked")
        frame = self.waiting.pop(0)
        if len(frame) > most:
            raise ValueError(f"the job announced a frame of {len(frame)} bytes")
        return frame

    async def wait(self) -> Result:
        return Result("exit", 0, "", "", 1.0)


def stage(question: Any) -> str:
    """What a question to the subject is about: load, forward, train, record or count."""
    return "load" if "sizes" in question else question["do"]


def only(where: str, forged: bytes, otherwise: Answer) -> Answer:
    """An answer that is forged at one stage."""
    return lambda question, arrays: forged if stage(question) == where else otherwise(question, arrays)
