"""The model that says what it was told to."""

from __future__ import annotations

import asyncio
import math
import time
from datetime import date
from typing import Any

import pytest

from engine.model import Request, Results, ToolResult, Turn, User
from engine.models.scripted import Scripted

ASK = User(("Say something.",))
REPLIES = [
    {"text": "First.", "thinking": "Hm."},
    {"calls": [{"name": "add", "arguments": {"n": 1}}, {"name": "stop"}]},
    {"text": "Cut", "stop": "length"},
]


async def test_place() -> None:
    """Which reply comes next follows from the conversation, and the last repeats."""
    model = Scripted(REPLIES)
    messages: tuple[User | Results | Turn, ...] = (ASK,)
    for text, stop in [("First.", "end"), ("", "tools"), ("Cut", "length"), ("Cut", "length")]:
        turn = await model.reply(Request(messages))
        assert (turn.text, turn.stop) == (text, stop)
        messages += (turn, Results((ToolResult("x", "y"),), "note"))


async def test_calls() -> None:
    """Calls have ids of their own, and arguments where the script gives them."""
    turn = await Scripted(REPLIES[1:]).reply(Request((ASK,)))
    assert [(call.name, call.arguments) for call in turn.calls] == [("add", {"n": 1}), ("stop", {})]
    assert len({call.id for call in turn.calls}) == 2


async def test_usage() -> None:
    """Four characters are a token, and nothing costs anything."""
    turn = await Scripted([{"text": "12345"}]).reply(Request((User(("1234", "5678")),), system="1234"))
    assert (turn.usage.input, turn.usage.output, turn.usage.cost) == (3, 2, 0.0)


async def test_seconds() -> None:
    """Each reply takes its time, and all runs take theirs together."""
    start = time.perf_counter()
    model = Scripted(REPLIES, seconds=0.05)
    await asyncio.gather(*(model.reply(Request((ASK,))) for _ in range(100)))
    assert 0.05 <= time.perf_counter() - start < 0.5
    await model.close()


def test_ready() -> None:
    """It lacks nothing, and nothing is to be said of it."""
    assert Scripted(REPLIES).missing() is None
    assert Scripted(REPLIES).notice(date(2026, 11, 22)) is None


@pytest.mark.parametrize(
    ("replies", "message"),
    [
        ([], r"replies: at least one"),
        (["yes"], r"replies\[0\]=yes: this must be a mapping of text, calls"),
        ([{}, {"txet": "typo"}], r"replies\[1\]\.txet: there is no such word"),
        ([{"text": 5}], r"replies\[0\]\.text=5: this must be a text"),
        ([{"stop": "foo"}], r"replies\[0\]\.stop=foo: this must be one of end, tools"),
        ([{"calls": "hello"}], r"replies\[0\]\.calls=hello: this must be a list"),
        ([{"calls": [{}]}], r"replies\[0\]\.calls\[0\]\.name: this is missing"),
        ([{"calls": ["submit"]}], r"replies\[0\]\.calls\[0\]=submit: this must be a mapping"),
        ([{"calls": [{"name": "x", "arguments": [1]}]}], r"calls\[0\]\.arguments=\[1\]: .* a mapping"),
    ],
)
def test_refused(replies: list[Any], message: str) -> None:
    """A script must hold replies of the right shape; what is wrong is named by its place."""
    with pytest.raises(ValueError, match=message):
        Scripted(replies)


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1.0])
def test_no_time(seconds: float) -> None:
    """A reply takes a time that passes."""
    with pytest.raises(ValueError, match=f"seconds={seconds}"):
        Scripted(REPLIES, seconds=seconds)
