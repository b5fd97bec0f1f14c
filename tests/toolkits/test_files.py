"""Files of the attempt's workspace."""

from __future__ import annotations

from tests.toolkits.using import using
from toolkits.files import ReadFile, WriteFile

TOOLS = {"read_file": ReadFile(characters=200), "write_file": WriteFile()}


async def test_write_then_read(tmp_path):
    """All of it, or some lines."""
    async with using(tmp_path, TOOLS) as call:
        written = await call("write_file", path="a/b.py", content="x = 1\ny = 2\nz = 3\n")
        assert written.text == "18 bytes are in a/b.py"
        assert (await call("read_file", path="a/b.py")).text == "x = 1\ny = 2\nz = 3\n"
        assert (await call("read_file", path="a/b.py", first=2, last=2)).text == "y = 2\n"


async def test_the_given_files(tmp_path):
    """They lie there from the start."""
    async with using(tmp_path, TOOLS, {"model.py": "SIZE = 3"}) as call:
        assert (await call("read_file", path="model.py")).text == "SIZE = 3"


async def test_long_files(tmp_path):
    """Shown up to a line, with where to go on, which then works."""
    content = "".join(f"line {number}\n" for number in range(100))
    async with using(tmp_path, TOOLS) as call:
        await call("write_file", path="long.txt", content=content)
        text = (await call("read_file", path="long.txt")).text
        assert text.endswith("\n[Cut before line 27: more than 200 characters. Go on with first=27.]")
        assert (await call("read_file", path="long.txt", first=27)).text.startswith("line 26\n")


async def test_errors_are_told(tmp_path):
    """With the file, and as errors of the call."""
    async with using(tmp_path, TOOLS) as call:
        result = await call("read_file", path="no.py")
        assert (result.error, result.text) == (True, "WorkspaceError: no.py: No such file or directory")
        assert (await call("read_file", path="..", first=0)).text == (
            "ValueError: first: 0 is less than the minimum of 1"
        )


async def test_an_empty_file(tmp_path):
    """Is no empty answer."""
    async with using(tmp_path, TOOLS) as call:
        await call("write_file", path="x", content="")
        assert (await call("read_file", path="x")).text == "[Nothing stands there.]"
