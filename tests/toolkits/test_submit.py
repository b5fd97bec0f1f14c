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


SUBMITS = {"submit_file": SubmitFile()}


async def test_a_file_of_the_workspace(tmp_path):
    """It becomes the file that the task asks for, whatever it is called, byte for byte."""
    async with using(tmp_path, SUBMITS, {"mine/work.py": "x = 'zwölf'\r\n"}) as call:
        with pytest.raises(Submitted) as done:
            await call("submit_file", path="mine/work.py")
    assert dict(done.value.submission.files) == {"answer.py": "x = 'zwölf'\r\n"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("empty.py", "empty.py: this file is empty"),
        ("no.py", "no.py: No such file"),
        ("long.py", "long.py: this has more than 1000000 bytes"),
    ],
)
async def test_what_cannot_be_handed_in(tmp_path, path, words):
    """It is told, and the attempt goes on."""
    async with using(tmp_path, SUBMITS, {"empty.py": "", "long.py": "#" * 1_000_001}) as call:
        result = await call("submit_file", path=path)
        assert result.error
        assert words in result.text
