"""Slow work for parametrised tests, done ahead of them and two at a time, so that no processor is idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from engine.verdict import Verdict
from tests.score import AT_ONCE, TASKS, verdicts
from tests.titans.configured import configured

T = TypeVar("T")
Said = dict[str, Verdict]


@asynccontextmanager
async def ahead(
    request: pytest.FixtureRequest, parameter: str, work: Callable[[str], Awaitable[T]]
) -> AsyncIterator[Mapping[str, asyncio.Task[T]]]:
    """A task for each value of that parameter which the tests of the asking module will want."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(value: str) -> T:
        async with room:
            return await work(value)

    own = [item for item in request.session.items if item.path == request.path]
    given = [item.callspec.params for item in own if hasattr(item, "callspec")]
    values = [params[parameter] for params in given if parameter in params]
    tasks = {value: asyncio.create_task(one(value)) for value in values}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@asynccontextmanager
async def graded(
    task: str, request: pytest.FixtureRequest
) -> AsyncIterator[Mapping[str, asyncio.Task[Said]]]:
    """What the gate, if there is one, and the criteria of a task say of each of its specimens, by name."""
    sandbox = configured()

    async def one(name: str) -> Said:
        return await verdicts(task, TASKS / task / "specimens" / f"{name}.py", sandbox)

    async with ahead(request, "name", one) as tasks:
        yield tasks
    await sandbox.close()
