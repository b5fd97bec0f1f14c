"""The program of a workspace's job, in real sandboxes."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from engine.workspace import WorkspaceError
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised
from tests.sandbox.warm import Warm, alive
from tests.sandbox.workspace.opened import opened

pytestmark = pytest.mark.asyncio(loop_scope="module")
every_kind = pytest.mark.parametrize("kind", [Namespaces, Warm, Landlock, Subprocess])
GIVEN = {"model.py": "SIZE = 3\n", "data/one.txt": "1\n"}


@every_kind
async def test_every_sandbox(kind: type[Supervised]) -> None:
    """Files of the task, code with its state, shell lines and files of one's own work in each."""
    async with opened(kind(), GIVEN) as it:
        assert await it.shell("ls") == "data\nmodel.py\n"
        assert await it.python("import model\nx = model.SIZE\nx") == "3\n"
        await it.write("main.py", "import model; print(model.SIZE + 1)")
        assert await it.shell("python main.py") == "4\n"
        assert await it.python("x + int(open('data/one.txt').read())") == "4\n"


@pytest.mark.slow
async def test_torch_is_there_at_once() -> None:
    """In a warm worker's copy nothing need be imported, also by an interpreter that follows another."""
    async with opened(Warm()) as it:
        code = "import sys; 'torch' in sys.modules and __import__('torch').ones(2).sum().item()"
        if await it.python(code) == "False\n":
            pytest.skip("no torch here")
        await it.python("import os; os._exit(1)")
        assert await it.python(code) == "2.0\n"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import socket; socket.create_connection(('1.1.1.1', 53), 1)", "Network is unreachable"),
        ("import engine.plan", "ModuleNotFoundError"),
        ("open('/etc/shadow')", "No such file"),
        ("open('/usr/planted', 'w')", "Read-only"),
    ],
)
async def test_isolated_like_grading(code: str, error: str) -> None:
    """No network, nothing of the engine, nothing of the host."""
    async with opened() as it:
        assert error in await it.python(code)


async def test_what_cannot_be_done_is_told() -> None:
    """Errors about files name the file, and the workspace lives on."""
    async with opened() as it:
        with pytest.raises(WorkspaceError, match=r"^no\.txt: No such file or directory$"):
            await it.read("no.txt")
        with pytest.raises(WorkspaceError, match="no text in UTF-8"):
            await it.python("open('b', 'wb').write(b'\\xff')")
            await it.read("b")
        with pytest.raises(WorkspaceError, match=r"^/etc/x: "):
            await it.write("/etc/x", "")
        assert await it.python("1") == "1\n"


async def test_a_full_disk_is_told() -> None:
    """The disk is bounded, and whoever fills it learns so."""
    async with opened() as it:
        told = await it.python("for n in range(300): open(str(n), 'wb').write(bytes(1 << 20))")
        assert "No space left on device" in told
        with pytest.raises(WorkspaceError, match="No space left on device"):
            await it.write("more", "x" * 2_000_000)


async def test_output_is_bounded() -> None:
    """However much is printed, both ends are shown and the rest is said to be left out."""
    async with opened() as it:
        said = await it.python("print('first'); print('x' * 50_000_000); print('last')")
    assert len(said) < 10_100
    assert said.startswith("first\nxxx")
    assert "[... The middle is left out: more than 10000 characters. ...]" in said
    assert said.endswith("xxx\nlast\n")


async def test_nothing_is_left() -> None:
    """Leaving a workspace ends all of its processes, also those that hide."""
    mark = secrets.token_hex(8)
    hide = (
        f"import os, time\nopen('/proc/self/comm', 'w').write('{mark[-15:]}')\n"
        "if not os.fork():\n    os.setsid()\n    time.sleep(60)"
    )
    async with opened() as it:
        await it.python(hide)
        assert len(alive(mark)) == 2
    assert alive(mark) == set()


async def test_nothing_is_left_of_a_call_that_was_given_up() -> None:
    """Where the attempt ends in the middle of a call, that ends too."""
    mark = secrets.token_hex(8)
    with pytest.raises(TimeoutError):
        async with opened() as it, asyncio.timeout(1):
            await it.python(f"open('/proc/self/comm', 'w').write('{mark[-15:]}')\nwhile True: pass")
    assert alive(mark) == set()


async def test_many_at_once() -> None:
    """Each has its own variables, files and time."""

    async def one(number: int) -> str:
        async with opened() as it:
            await it.python(f"x = {number}; open('x', 'w').write(str(x))")
            await asyncio.sleep(0.05)
            return await it.python("print(x, open('x').read())")

    assert await asyncio.gather(*map(one, range(12))) == [f"{number} {number}\n" for number in range(12)]
