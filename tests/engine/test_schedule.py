"""Many runs at once."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from engine.folder import Folder
from engine.models.scripted import Scripted
from engine.schedule import run_all
from tests.doubles import SUBMITS, Answering, plan, verdicts


async def finished(this) -> list:
    folder = Folder(this.out)
    folder.create(this.documents())
    told = []
    await run_all(this, folder, told.append)
    assert sorted(record.run for record in told) == [record.run for record in folder.records()]
    return told


async def test_sequential_runs_keep_their_order(tmp_path):
    """concurrency=1 makes one run after the other."""
    told = await finished(plan(tmp_path, runs=5, concurrency=1))
    assert [record.run for record in told] == [0, 1, 2, 3, 4]


async def test_never_more_at_once_than_asked(tmp_path):
    """The limit holds over agent and judge calls of all runs."""
    running, most = 0, 0

    class Counting(Scripted):
        async def reply(self, request):
            nonlocal running, most
            running += 1
            most = max(most, running)
            turn = await super().reply(request)
            running -= 1
            return turn

    await finished(plan(tmp_path, runs=20, concurrency=4, agent_model=Counting(SUBMITS, seconds=0.01)))
    assert most == 4


async def test_two_hundred_runs_at_once_take_hardly_longer_than_one(tmp_path):
    """With 0.5 s a turn and four turns, 200 runs end within 1.3 of the ideal, where we get the processor."""
    ideal = 4 * 0.5
    for trial in range(3):
        this = plan(
            tmp_path / str(trial),
            runs=200,
            concurrency=200,
            agent_model=Scripted(SUBMITS, seconds=0.5),
            judge_model=Answering(verdicts(lambda _: {}), seconds=0.5),
        )
        started = time.monotonic()
        told = await finished(this)
        seconds = time.monotonic() - started
        assert {record.outcome for record in told} == {"pass"}
        if seconds < 1.3 * ideal:
            return
    busy = os.getloadavg()[0]
    if busy > (os.cpu_count() or 1):
        pytest.skip(f"others keep this machine busy (load {busy:.1f}): it took {seconds:.1f} s")
    pytest.fail(f"{seconds:.1f} s where {ideal:.1f} s is ideal")


async def test_cancelling_keeps_what_finished(tmp_path):
    """An interruption ends running attempts; the records on disk stay whole."""
    this = plan(tmp_path, runs=6, concurrency=2, agent_model=Scripted(SUBMITS, seconds=0.05))
    folder = Folder(this.out)
    folder.create(this.documents())
    work = asyncio.create_task(run_all(this, folder, lambda record: record.run >= 1 and work.cancel()))
    with pytest.raises(asyncio.CancelledError):
        await work
    assert 1 <= len(folder.records()) < 6
