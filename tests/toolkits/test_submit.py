"""Handing in."""

from __future__ import annotations

import pytest

from engine.model import ToolCall
from engine.tool import Submitted, use
from tests.doubles import attempt
from tests.toolkits.using import using
from toolkits.submit import Submit, SubmitFile


async def test_submitting_ends_the_attempt(tmp_path):
    """The content becomes the file that the task asks for."""
    call = ToolCall("1", "submit", {"content": "x = 1\n"})
    with pytest.raises(Submitted) as done:
        await use(call, attempt(tmp_path, tools={"submit": Submit()}))
    assert dict(done.value.submission.files) == {"answer.py": "x = 1\n"}


async def test_an_empty_submission_is_refused(tmp_path):
    """Nothing is not handed in by accident."""
    result = await use(
        ToolCall("1", "submit", {"content": ""}), attempt(tmp_path, tools={"submit": Submit()})
    )
    assert result.error


SUBMITS = {"submit": SubmitFile()}


async def test_a_file_of_the_workspace(tmp_path):
    """It becomes the file that the task asks for, whatever it is called, byte for byte."""
    async with using(tmp_path, SUBMITS, {"mine/work.py": "x = 'zwölf'\r\n"}) as call:
        with pytest.raises(Submitted) as done:
            await call("submit", path="mine/work.py")
    assert dict(done.value.submission.files) == {"answer.py": "x = 'zwölf'\r\n"}


async def test_content_needs_no_workspace(tmp_path):
    """Where the text is given, nothing is opened."""
    this = attempt(tmp_path, tools=SUBMITS)
    with pytest.raises(Submitted):
        await use(ToolCall("1", "submit", {"content": "x = 1\n"}), this)
    assert not this.workspace.used


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "give either path or content"),
        ({"path": "empty.py", "content": "x"}, "give either path or content"),
        ({"path": "empty.py"}, "empty.py: this file is empty"),
        ({"path": "no.py"}, "no.py: No such file"),
        ({"path": "long.py"}, "long.py: this has more than 1000000 bytes"),
    ],
)
async def test_what_cannot_be_handed_in(tmp_path, arguments, words):
    """It is told, and the attempt goes on."""
    async with using(tmp_path, SUBMITS, {"empty.py": "", "long.py": "#" * 1_000_001}) as call:
        result = await call("submit", **arguments)
        assert result.error
        assert words in result.text
