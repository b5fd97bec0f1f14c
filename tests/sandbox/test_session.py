"""The channel of a running job, with honest and other partners."""

import asyncio
from pathlib import Path

import pytest

from sandbox import Job, JobLimits, SandboxError, channel
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised
from tests.sandbox.warm import Warm

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHANNEL = Path(channel.__file__).read_bytes()
KINDS = [Namespaces, Warm, Landlock, Subprocess]
every_kind = pytest.mark.parametrize("kind", KINDS)


def job(program: str, seconds: float = 20.0) -> Job:
    text = f"import channel, os, time\n{program}\n"
    return Job(
        ("python", "main.py"), {"main.py": text.encode(), "channel.py": CHANNEL}, limits=JobLimits(seconds)
    )


@every_kind
async def test_frames_both_ways(kind: type[Supervised]) -> None:
    """Frames of any size arrive whole and in order."""
    async with kind().open(job("for _ in range(3): channel.send(channel.receive() * 2)")) as session:
        for frame in (b"", b"abc", bytes(range(256)) * 20_000):
            await session.send(frame)
            assert await session.receive() == frame * 2
        result = await session.wait()
    assert (result.ended, result.code) == ("exit", 0)


@every_kind
async def test_last_words(kind: type[Supervised]) -> None:
    """A frame sent just before the end is not lost, and then there is nothing more."""
    async with kind().open(job("channel.send(b'last')")) as session:
        await session.wait()
        assert await session.receive() == b"last"
        with pytest.raises(EOFError):
            await session.receive()


@pytest.mark.parametrize(
    "program",
    [
        "os.write(3, b'\\0\\0')",
        "os.write(3, b'\\0\\0\\1\\0half')",
        "os.close(3); time.sleep(60)",
        "time.sleep(60)",
        "os.close(1); os.close(2); os.fork(); time.sleep(60)",
    ],
    ids=["half a length", "half a frame", "closed", "silent", "silent in company"],
)
@every_kind
async def test_no_frame(kind: type[Supervised], program: str) -> None:
    """Waiting for a frame that never comes whole ends with the job at the latest."""
    async with asyncio.timeout(8), kind().open(job(program, seconds=0.5)) as session:
        with pytest.raises(EOFError):
            await session.receive()


async def test_fault_of_ours() -> None:
    """Whoever waits for a frame of a job that could not be set up hears whose fault that was."""
    files = {"big": bytes(1 << 20)}
    limits = JobLimits(disk=1 << 18)
    async with Namespaces().open(Job(("python", "-c", ""), files, limits=limits)) as session:
        with pytest.raises(SandboxError, match="could not be set up"):
            await session.receive()


async def test_huge_frame() -> None:
    """A frame above the bound is refused by its length, before its bytes are taken; one below is taken."""
    flood = "os.write(3, b'\\xff\\xff\\xff\\xff'); [os.write(3, bytes(1 << 20)) for _ in range(64)]"
    async with Namespaces().open(job(flood)) as session:
        with pytest.raises(ValueError, match="4294967295 bytes"):
            await session.receive()
    async with Namespaces().open(job("channel.send(bytes(11))")) as session:
        with pytest.raises(ValueError, match="11 bytes, at most 10"):
            await session.receive(most=10)
    async with Namespaces().open(job("channel.send(bytes(10))")) as session:
        assert await session.receive(most=10) == bytes(10)


@every_kind
async def test_job_that_does_not_read(kind: type[Supervised]) -> None:
    """Sending to a job that never reads ends with the job."""
    async with asyncio.timeout(8), kind().open(job("time.sleep(60)", seconds=0.5)) as session:
        with pytest.raises(EOFError):
            while True:
                await session.send(bytes(1 << 20))


async def test_given_up_wait_loses_nothing() -> None:
    """Whoever gives up waiting for a frame finds it whole the next time."""
    slow = "os.write(3, bytes([0, 0, 0, 4]) + b'ab'); time.sleep(0.5); os.write(3, b'cd')"
    async with Namespaces().open(job(slow)) as session:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.receive(), 0.35)
        assert await session.receive() == b"abcd"
