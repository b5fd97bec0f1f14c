"""Jobs that want more than they may have. Each also runs unhindered, where it gets more."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import Job, JobLimits, Result, run
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised
from tests.sandbox.warm import Warm

pytestmark = pytest.mark.asyncio(loop_scope="module")
MIB = 1 << 20
KINDS = [Namespaces, Warm, Landlock, Subprocess]
every_kind = pytest.mark.parametrize("kind", KINDS)

MEMORY = "x = bytearray(b'1') * (120 << 20); import time; time.sleep(0.3); print('worked')"
CHILDREN = """
import os, time
born = [os.fork() for _ in range(1)] + [os.fork()]
x = bytearray(b'1') * (40 << 20)
time.sleep(0.4)
print('worked', flush=True)
if born[0]: time.sleep(0.4)
"""
ONE_FILE = "open('big', 'wb').write(bytes(16 << 20)); print('worked')"
FORKS = """
import os, time
n = 0
try:
    while n < 60:
        if os.fork() == 0:
            time.sleep(0.5); os._exit(0)
        n += 1
except OSError:
    pass
time.sleep(0.2)
print('worked' if n == 60 else n)
"""
OUTPUT = "import sys; sys.stdout.write('x' * (3 << 20)); sys.stdout.flush(); print('worked')"
ERRORS = OUTPUT.replace("stdout", "stderr")
LIMITS = JobLimits(seconds=10, memory=64 * MIB, processes=20, disk=8 * MIB, output=MIB)


async def freely(program: str, folder: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=folder,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return (await process.communicate())[0].decode()


async def bounded(kind: type[Supervised], program: str, folder: Path) -> Result:
    assert "worked" in await freely(program, folder)
    result = await run(kind(), Job(("python", "-c", program), limits=LIMITS))
    assert "worked" not in result.stdout
    return result


@every_kind
@pytest.mark.parametrize("program", [MEMORY, CHILDREN], ids=["one", "several"])
async def test_memory(kind: type[Supervised], program: str, tmp_path: Path) -> None:
    """Memory is bounded for all processes together, and the result says so."""
    result = await bounded(kind, program, tmp_path)
    assert (result.ended, result.code) == ("memory", None)


@every_kind
async def test_file(kind: type[Supervised], tmp_path: Path) -> None:
    """A file cannot outgrow the disk limit."""
    result = await bounded(kind, ONE_FILE, tmp_path)
    assert result.ended in ("exit", "signal")
    assert result.code != 0


@every_kind
async def test_processes(kind: type[Supervised], tmp_path: Path) -> None:
    """A job cannot have many processes: it gets no more, or it is ended."""
    result = await bounded(kind, FORKS, tmp_path)
    assert result.ended == "killed" or int(result.stdout) <= LIMITS.processes


@every_kind
@pytest.mark.parametrize("program", [OUTPUT, ERRORS], ids=["stdout", "stderr"])
async def test_output(kind: type[Supervised], program: str, tmp_path: Path) -> None:
    """Too much output ends the job; what is kept is cut at the limit."""
    result = await bounded(kind, program, tmp_path)
    assert result.ended == "output"
    assert len(result.stdout) + len(result.stderr) == LIMITS.output


@every_kind
async def test_time(kind: type[Supervised]) -> None:
    """A job that does not end is ended."""
    result = await run(kind(), Job(("python", "-c", "while True: pass"), limits=JobLimits(seconds=0.3)))
    assert (result.ended, result.code) == ("timeout", None)
    assert result.seconds == pytest.approx(0.3, abs=0.3)


STUBBORN = {
    "stopped": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "deaf": "import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); time.sleep(60)",
    "closed": "import os, time; os.closerange(0, 256); time.sleep(60)",
}


@every_kind
@pytest.mark.parametrize("name", STUBBORN)
async def test_stubborn(kind: type[Supervised], name: str) -> None:
    """A job that stops itself, hears no signal or closes its pipes still ends in time."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", STUBBORN[name])
    await asyncio.sleep(0.3)
    process.terminate()
    await asyncio.sleep(0.1)
    assert process.returncode is None or name == "closed"
    if process.returncode is None:
        process.kill()
    await process.wait()
    result = await run(kind(), Job(("python", "-c", STUBBORN[name]), limits=JobLimits(seconds=0.4)))
    assert result.ended == "timeout"


HOLDING = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(5)
    os._exit(0)
os.wait()
print('left')
"""


@every_kind
async def test_daemon_that_holds_the_pipes(kind: type[Supervised]) -> None:
    """The job is over when its program is, though a daemon holds its output and its channel."""
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", HOLDING], stdout=subprocess.PIPE, timeout=1, check=True)  # noqa: ASYNC221
    result = await asyncio.wait_for(run(kind(), Job(("python", "-c", HOLDING))), 3)
    assert (result.ended, result.code, result.stdout) == ("exit", 0, "left\n")
