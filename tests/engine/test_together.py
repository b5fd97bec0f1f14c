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


async def test_the_first_failure_cancels_the_rest_and_is_raised_bare():
    """Callers catch the exception itself, and nothing goes on behind their back."""
    went_on = []

    async def fail() -> None:
        raise LookupError("first")

    async def late() -> None:
        await asyncio.sleep(0.05)
        went_on.append(1)

    with pytest.raises(LookupError, match="first"):
        await together([late(), fail()])
    await asyncio.sleep(0.06)
    assert went_on == []
