"""Hostile jobs, each also run with nothing stopping it: what does not work even then proves nothing."""

import asyncio
import os
import secrets
import socket
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox import Job, run
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised
from sandbox.targets import targets
from tests.sandbox import hostile
from tests.sandbox.warm import Warm

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOURCE = Path(hostile.__file__).read_bytes()
EVERYTHING = {
    name for name, thing in vars(hostile).items() if getattr(thing, "__module__", "") == hostile.__name__
}
EVERYTHING -= {"read"}

# What a backend lets through. Whatever is not named here it must hold.
KINDS: list[type[Supervised]] = [Namespaces, Warm, Landlock, Subprocess]
LETS_THROUGH: dict[type[Supervised], set[str]] = {
    Namespaces: set(),
    Warm: set(),
    Landlock: set(),
    Subprocess: EVERYTHING - {"descriptors", "launcher"},
}


@asynccontextmanager
async def prey(folder: Path) -> AsyncIterator[tuple[dict[str, str], int]]:
    """What the attacks go for, by name of the attack, and a descriptor that was left open."""
    (folder / "open").write_text("left open")
    mark = f"sandbox-test-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX) as listener, (folder / "open").open() as left_open:
        listener.bind("\0" + mark)
        listener.listen()
        os.set_inheritable(left_open.fileno(), True)
        async with targets() as found:
            arguments = {"descriptors": "left open", "abstract_socket": mark, "system_file": sys.prefix}
            yield arguments | {"other_memory": str(found.victim.pid)}, left_open.fileno()


async def freely(name: str, argument: str, descriptor: int) -> str:
    """The control: a plain process with nothing in its way."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        hostile.__file__,
        name,
        argument,
        stdout=asyncio.subprocess.PIPE,
        pass_fds=[descriptor],
    )
    return (await process.communicate())[0].decode()


async def held(sandbox: Supervised, name: str, argument: str) -> str:
    result = await run(sandbox, Job(("python", "hostile.py", name, argument), {"hostile.py": SOURCE}))
    assert result.ended == "exit", result
    return result.stdout


@pytest.mark.parametrize("name", sorted(EVERYTHING))
@pytest.mark.parametrize("kind", KINDS)
async def test_hostile_job(kind: type[Supervised], name: str, tmp_path: Path) -> None:
    """An attack that works unhindered has no effect from inside a sandbox that holds it."""
    async with prey(tmp_path) as (arguments, descriptor):
        argument = arguments.get(name, "")
        unhindered = await freely(name, argument, descriptor)
        inside = await held(kind(), name, argument)
    if "worked" not in unhindered:
        pytest.skip(f"does not work on this machine even unhindered: {unhindered}")
    assert "done" in inside
    assert ("worked" in inside) == (name in LETS_THROUGH[kind]), inside


async def test_file_in_a_shared_folder(tmp_path: Path) -> None:
    """What a job leaves in /dev/shm is not there for the next one, though it may write there."""
    mark = f"sandbox-test-{secrets.token_hex(8)}"
    leave, find = f"open('/dev/shm/{mark}', 'w')", f"print(open('/dev/shm/{mark}').name)"
    for kind in KINDS:
        await run(kind(), Job(("python", "-c", leave)))
        found = (await run(kind(), Job(("python", "-c", find)))).stdout
        (Path("/dev/shm") / mark).unlink(missing_ok=True)
        assert (mark in found) == (kind is Subprocess)


async def test_planted_link(tmp_path: Path) -> None:
    """A link that a job plants leads nobody out, and removing the folder leaves alone what it points to."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("precious")
    plant = f"import os; os.symlink({str(outside)!r}, 'result'); print(open('result/precious').read())"
    (tmp_path / "plain").mkdir()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", plant, cwd=tmp_path / "plain", stdout=DEVNULL
    )
    await process.wait()
    assert (tmp_path / "plain" / "result" / "precious").read_text() == "precious"
    for kind in KINDS:
        result = await run(kind(), Job(("python", "-c", plant)))
        assert (result.stdout == "precious\n") == (kind is Subprocess)
        assert (outside / "precious").exists()
