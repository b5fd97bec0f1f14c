"""Handing in."""

from __future__ import annotations

import pytest

from engine.model import ToolCall
from engine.tool import Submitted, use
from tests.doubles import attempt
from toolkits.submit import Submit


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
