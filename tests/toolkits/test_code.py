"""Running code in the attempt's workspace."""

from __future__ import annotations

import pytest

from tests.toolkits.using import using
from toolkits.code import Python, Shell

TOOLS = {"python": Python(seconds=20, characters=300), "bash": Shell(seconds=20, characters=300)}


async def test_python_and_shell_share_a_place(tmp_path):
    """Files of the task and of each other, variables from call to call."""
    async with using(tmp_path, TOOLS, {"model.py": "SIZE = 3"}) as call:
        assert (await call("python", code="import model\nopen('new', 'w').write('1')")).text == "1\n"
        assert (await call("bash", command="ls *e*")).text == "model.py\nnew\n"
        assert (await call("python", code="model.SIZE")).text == "3\n"


async def test_silence_is_told(tmp_path):
    """An answer is never empty."""
    async with using(tmp_path, TOOLS) as call:
        assert (await call("python", code="x = 1")).text == "[No output.]"
        assert (await call("bash", command="true")).text == "[No output.]"


async def test_failing_code_is_an_answer(tmp_path):
    """A traceback or an exit code is what was asked for, not an error of the tool."""
    async with using(tmp_path, TOOLS) as call:
        for name, argument in (("python", {"code": "1 / 0"}), ("bash", {"command": "exit 2"})):
            assert not (await call(name, **argument)).error


async def test_output_is_cut(tmp_path):
    """To what the toolkit says."""
    async with using(tmp_path, TOOLS) as call:
        for name, argument in (("python", {"code": "print('x' * 5000)"}), ("bash", {"command": "seq 5000"})):
            text = (await call(name, **argument)).text
            assert len(text) < 400
            assert "more than 300 characters" in text


async def test_time_is_cut(tmp_path):
    """A call that takes longer is stopped, and the description says how long it may take."""
    tools = {"python": Python(seconds=0.2), "bash": Shell(seconds=0.2)}
    assert "A call may take 0.2 seconds" in tools["python"].description
    async with using(tmp_path, tools) as call:
        assert "Stopped after 0.2 seconds" in (await call("python", code="while True: pass")).text
        assert "Stopped after 0.2 seconds" in (await call("bash", command="sleep 9")).text


@pytest.mark.parametrize("kind", [Python, Shell])
def test_limits_make_sense(kind):
    """What could never work is refused with its key."""
    with pytest.raises(ValueError, match=r"^seconds=0: "):
        kind(seconds=0)
    with pytest.raises(ValueError, match=r"^characters=1: "):
        kind(characters=1)
