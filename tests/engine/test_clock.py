"""The time that an attempt has used."""

from __future__ import annotations

import asyncio

import pytest

from engine.clock import Clock
from engine.errors import Void


async def test_what_is_used_up_ends_it():
    """Work beyond the limit is cut, and what came before counts."""
    clock = Clock()
    clock.charge(100.0)
    with pytest.raises(TimeoutError):
        async with clock.running(100.05):
            await asyncio.sleep(5)
    assert clock.used == pytest.approx(100.05, abs=0.05)


async def test_waiting_costs_nothing():
    """Several may wait at once; it goes on when the last of them does."""
    clock = Clock()
    async with clock.running(0.2):
        with clock.waiting():
            with clock.waiting():
                await asyncio.sleep(0.15)
            await asyncio.sleep(0.15)
    assert clock.used < 0.1


async def test_a_try_counts_where_it_succeeds():
    """A reply takes the attempt's time, a failure of ours does not."""
    clock = Clock()
    async with clock.running(10.0):
        with clock.waiting():
            with pytest.raises(Void), clock.trying():
                await asyncio.sleep(0.1)
                raise Void("provider", "down")
            assert clock.used < 0.05
            with clock.trying():
                await asyncio.sleep(0.1)
    assert 0.1 <= clock.used < 0.15
    assert clock.pending() == 0.0


async def test_what_was_pending_when_time_was_up():
    """Whoever asks whose fault it was can see how long the reply was awaited."""
    clock = Clock()
    with pytest.raises(TimeoutError):
        async with clock.running(0.1):
            with clock.waiting(), clock.trying():
                await asyncio.sleep(5)
    assert clock.pending() >= 0.1


async def test_no_limit():
    async with (clock := Clock()).running(None):
        await asyncio.sleep(0.05)
    assert clock.used >= 0.05
