"""Shell lines in a workspace."""

from __future__ import annotations

import sys

import pytest

from engine.workspace import WorkspaceError
from tests.sandbox.workspace.opened import opened

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_script_with_arguments() -> None:
    """`python` is the engine's own interpreter with its packages, in the folder of the files."""
    async with opened(given={"args.py": "import sys, pytest; print(sys.argv, sys.version)"}) as it:
        assert (
            await it.shell("python args.py --steps 3 2>&1 | cat")
            == f"['args.py', '--steps', '3'] {sys.version}\n"
        )


async def test_exit_codes() -> None:
    """One that is not 0 is told, on a line of its own."""
    async with opened() as it:
        assert await it.shell("echo -n out; exit 3") == "out\n[Exit code 3]"
        assert await it.shell("true") == ""
        assert "not found" in await it.shell("no-such-program")


async def test_a_line_that_hangs() -> None:
    """It is killed with what it started, and what it printed is shown."""
    async with opened() as it:
        assert (
            await it.shell("echo begun; sleep 60 | cat", seconds=0.3) == "begun\n[Stopped after 0.3 seconds.]"
        )
        assert await it.shell("echo next") == "next\n"


async def test_the_background_goes_on() -> None:
    """A line does not wait for what it left there, whose words come with a later answer."""
    async with opened() as it:
        assert await it.shell("(sleep 0.2; echo late; seq 100000 > all; echo done) &") == ""
        assert (
            await it.shell("sleep 0.1; while [ ! -s all ]; do sleep 0.05; done; wait; sleep 0.2")
            == "late\ndone\n"
        )


async def test_a_line_that_no_shell_takes() -> None:
    """It is refused in words, and the workspace lives on."""
    async with opened() as it:
        for line in ("a\0b", "\ud800", "x" * 3_000_000):
            with pytest.raises(WorkspaceError, match=r"null byte|surrogates|too long"):
                await it.shell(line)
        assert await it.shell("echo here") == "here\n"
