"""One request at a time, with a gap after each."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.servers.arxiv import ArxivServer
from toolkits.papers.pace import Pace
from toolkits.papers.trouble import Trouble

ROOT = Path(__file__).parents[3]
GAP = 0.4
ASK = """
import asyncio, sys
from toolkits.papers.sources.arxiv import Arxiv
from toolkits.papers.kept import Kept

async def main():
    source = Arxiv(sys.argv[1], gap=float(sys.argv[2]))
    source.keep(Kept(sys.argv[3]))
    await asyncio.gather(*(source.search(word, 1) for word in ("memory", "ricci", "context")))

asyncio.run(main())
"""


async def test_within_a_process():
    """Turns end a gap before the next begins, whichever object they are of; another name is free."""
    turns: list[tuple[float, float]] = []

    async def take(pace: Pace) -> None:
        async with pace.turn():
            began = time.time()
            await asyncio.sleep(0.02)
            turns.append((began, time.time()))

    began = time.monotonic()
    await asyncio.gather(take(Pace("a", 0.1)), take(Pace("a", 0.1)), take(Pace("a", 0.1)))
    assert all(later[0] - earlier[1] >= 0.095 for earlier, later in pairwise(turns))
    assert time.monotonic() - began < 2
    began = time.monotonic()
    await asyncio.gather(take(Pace("b", 5)), take(Pace("c", 0)), take(Pace("c", 0)))
    assert time.monotonic() - began < 3


async def test_a_turn_that_fails_or_is_cancelled():
    """The next one comes all the same, a gap later."""
    with pytest.raises(ZeroDivisionError):
        async with Pace("a", 0.1).turn():
            1 / 0  # noqa: B018
    began = time.monotonic()
    waiting = asyncio.create_task(Pace("a", 0.1).turn().__aenter__())
    await asyncio.sleep(0.03)
    waiting.cancel()
    async with Pace("a", 0.1).turn():
        assert time.monotonic() - began >= 0.09


async def test_come_back_later_holds_for_all():
    """Whoever is told so; an hour is waited for by nobody."""
    with pytest.raises(Trouble):
        async with Pace("a", 0.02).turn():
            raise Trouble("is asked too often", temporary=True, retry_after=0.3)
    began = time.monotonic()
    async with Pace("a", 0.02).turn():
        assert 0.29 <= time.monotonic() - began < 2
    with pytest.raises(Trouble):
        async with Pace("a", 0.02).turn():
            raise Trouble("is asked too often", temporary=True, retry_after=3600)
    began = time.monotonic()
    async with Pace("a", 0.02).turn():
        assert time.monotonic() - began < 1


async def test_a_clock_that_was_set_back(cache):
    """No wait is longer than the gap."""
    import os

    async with Pace("a", 0.1).turn():
        pass
    later = time.time() + 1_000
    os.utime(cache / "declarative-evals/a.last", (later, later))
    began = time.monotonic()
    async with Pace("a", 0.1).turn():
        assert time.monotonic() - began < 1


@pytest.mark.slow
def test_two_processes_keep_the_gap_together(tmp_path):
    """Real requests over HTTP: never two at once, and a gap between the end of one and the next."""
    with ArxivServer(seconds=0.1) as server:
        commands = [
            [sys.executable, "-c", ASK, server.url, str(GAP), str(tmp_path / f"cache{n}")] for n in range(2)
        ]
        running = [subprocess.Popen(command, cwd=ROOT) for command in commands]
        assert [process.wait() for process in running] == [0, 0]
    asked = sorted(server.asked, key=lambda each: each.began)
    assert len(asked) == 6
    assert server.most_open == 1
    assert server.invalid == []
    gaps = [later.began - earlier.ended for earlier, later in pairwise(asked)]
    assert min(gaps) >= GAP - 0.01
