"""Many runs at once: in order of their numbers, so many at a time, each kept as it completes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile

from engine.calls import Calls
from engine.deciding import placed
from engine.errors import Stopped
from engine.folder import Folder
from engine.plan import Plan
from engine.record import Outcome, Record
from engine.run import run_once
from engine.together import together
from engine.transcript import Echo


async def run_all(
    plan: Plan,
    folder: Folder,
    done: Callable[[Record], None],
    echo: Echo | None = None,
    calls: Calls | None = None,
) -> None:
    """Make all runs of the plan that have no record yet, until there are to be no more calls.

    `done` is told of each record once it is on disk.
    """
    calls = calls or Calls()
    ended: dict[int, Outcome] = {record.run: record.outcome for record in folder.records()}

    def keep(record: Record) -> None:
        ended[record.run] = record.outcome
        done(record)

    numbers = _numbers(plan, ended, calls)
    workers = min(plan.concurrency, plan.runs)
    await together(_work(plan, folder, numbers, keep, echo, calls) for _ in range(workers))


def _numbers(plan: Plan, ended: Mapping[int, Outcome], calls: Calls) -> Iterator[int]:
    """Of the runs to make, one after another, until the first of them, in their order, have decided it."""
    for number in sorted(set(range(plan.runs)) - ended.keys()):
        first = takewhile(ended.__contains__, range(plan.runs))
        if plan.auto and placed((ended[at] for at in first), plan.threshold.band)[0] != "undecided":
            return
        if calls.stopped():
            return
        yield number


async def _work(
    plan: Plan,
    folder: Folder,
    numbers: Iterator[int],
    done: Callable[[Record], None],
    echo: Echo | None,
    calls: Calls,
) -> None:
    for number in numbers:
        try:
            record = await run_once(plan, number, folder, folder.transcript(number, echo, calls))
        except Stopped:
            return
        with calls.keeping():
            await asyncio.to_thread(folder.append, record)
        done(record)
