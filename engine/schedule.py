"""Many runs at once: in order of their numbers, so many at a time, each kept as it completes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from engine.folder import Folder
from engine.plan import Plan
from engine.record import Record
from engine.run import run_once
from engine.together import together
from engine.transcript import Echo


async def run_all(
    plan: Plan, folder: Folder, done: Callable[[Record], None], echo: Echo | None = None
) -> None:
    """Make all runs of the plan. `done` is told of each record once it is on disk."""
    numbers = iter(range(plan.runs))
    workers = min(plan.concurrency, plan.runs)
    await together(_work(plan, folder, numbers, done, echo) for _ in range(workers))


async def _work(
    plan: Plan, folder: Folder, numbers: Iterator[int], done: Callable[[Record], None], echo: Echo | None
) -> None:
    for number in numbers:
        record = await run_once(plan, number, folder, folder.transcript(number, echo))
        await asyncio.to_thread(folder.append, record)
        done(record)
