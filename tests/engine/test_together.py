"""Several awaitables as one."""

from __future__ import annotations

import asyncio

import pytest

from engine.together import together


async def test_results_keep_their_order():
    """However long each takes."""

    async def after(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    assert await together([after(0.02), after(0.0)]) == [0.02, 0.0]


async def fail() -> None:
    raise LookupError("first")


async def late(ended: list[int]) -> None:
    await asyncio.sleep(0.05)
    ended.append(1)


async def test_a_failure_waits_for_the_rest_and_is_raised_bare():
    """Callers catch the exception itself, and nothing goes on behind their back."""
    ended: list[int] = []
    with pytest.raises(LookupError, match="first"):
        await together([late(ended), fail()])
    assert ended == [1]


async def test_who_is_cancelled_cancels_them_all():
    """At once."""
    ended: list[int] = []
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await together([late(ended), late(ended)])
    await asyncio.sleep(0.06)
    assert ended == []
