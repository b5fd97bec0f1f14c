"""How a provider may be used."""

from __future__ import annotations

import asyncio

import pytest

from engine.traffic import Lane, Traffic


@pytest.mark.parametrize("wrong", [{"retries": -1}, {"backoff_seconds": -1}, {"max_connections": 0}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Traffic(**wrong)


async def test_a_burst_halves_the_limit_once():
    """All calls that were under way when it was cut tell of the same trouble."""
    lane = Lane(20)
    for _ in range(5):
        lane.slow_down(began=0.0, after=None)
    assert lane.limit == 10
    await asyncio.sleep(0.01)
    lane.slow_down(began=asyncio.get_running_loop().time(), after=None)
    assert lane.limit == 5


async def test_it_recovers_step_by_step():
    """About as many replies as the limit is high raise it by one, up to the most."""
    lane = Lane(12)
    lane.slow_down(0.0, None)
    assert lane.limit == 6
    for _ in range(7):
        lane.speed_up()
    assert 7 <= lane.limit < 7.3
    for _ in range(1000):
        lane.speed_up()
    assert lane.limit == 12


async def test_one_is_always_let_through():
    lane = Lane(1)
    lane.slow_down(0.0, None)
    assert lane.limit == 1
    async with asyncio.timeout(1), lane.slot():
        pass


async def test_slots_follow_the_limit():
    """Never more at once than the limit, also where it falls while slots are taken."""
    lane = Lane(8)
    open_now, most = 0, []

    async def work(at: int) -> None:
        nonlocal open_now
        async with lane.slot():
            open_now += 1
            most.append(open_now)
            await asyncio.sleep(0.01)
            if at == 0:
                lane.slow_down(0.0, None)
            open_now -= 1

    await asyncio.gather(*map(work, range(40)))
    assert max(most) == 8
    assert max(most[16:]) == 4


async def test_the_lane_is_closed_for_as_long_as_the_provider_asks():
    lane = Lane(8)
    assert lane.closed() == 0.0
    lane.slow_down(0.0, 5.0)
    lane.slow_down(0.0, 1.0)
    assert lane.closed() == pytest.approx(5.0, abs=0.1)
