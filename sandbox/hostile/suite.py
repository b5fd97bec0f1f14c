"""All attacks against all backends."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from sandbox.attacks import results as giving_back
from sandbox.attacks.families import FAMILIES, Program, programs
from sandbox.hostile.attack import Attack, Outcome
from sandbox.hostile.results import SIDES
from sandbox.hostile.strike import Untried, strike
from sandbox.hostile.targets import Targets, targets
from sandbox.hostile.unhindered import Unhindered
from sandbox.job import Sandbox, SandboxError

AT_ONCE = 4
T = TypeVar("T")


def attacks() -> list[Attack]:
    """The suite, family by family."""
    alone = [
        Attack(name, family, _said(program), partial(_alone, name), partial(_freely, name))
        for family, module in FAMILIES.items()
        for name, program in programs(module).items()
    ]
    answers = programs(giving_back)
    return alone + [Attack(name, "results", _said(answers[name]), *sides) for name, sides in SIDES.items()]


async def working(suite: Sequence[Attack]) -> set[str]:
    """The attacks that have their effect on this machine where nothing stops them."""

    async def works(attack: Attack, found: Targets) -> bool:
        try:
            return await attack.control(found)
        except Untried:
            return False

    return {name for name, yes in (await _each(suite, works)).items() if yes}


async def outcomes(sandbox: Sandbox, suite: Sequence[Attack], works: set[str]) -> dict[str, Outcome]:
    """How each attack went against a backend."""

    async def went(attack: Attack, found: Targets) -> Outcome:
        try:
            return "not held" if await attack.strike(sandbox, found) else "held"
        except (Untried, SandboxError):
            return "untried"

    had = await _each([attack for attack in suite if attack.name in works], went)
    return {attack.name: had.get(attack.name, "not here") for attack in suite}


async def _alone(name: str, sandbox: Sandbox, found: Targets) -> bool:
    return bool(await strike(sandbox, [name], found))


async def _freely(name: str, found: Targets) -> bool:
    return await _alone(name, Unhindered([found.left_open]), found)


async def _each(suite: Sequence[Attack], go: Callable[[Attack, Targets], Awaitable[T]]) -> dict[str, T]:
    """The same for each attack by name, some of them at a time, upon the same targets."""
    room = asyncio.Semaphore(AT_ONCE)
    async with targets() as found:

        async def one(attack: Attack) -> T:
            async with room:
                return await go(attack, found)

        had = await asyncio.gather(*map(one, suite))
    return dict(zip([attack.name for attack in suite], had, strict=True))


def _said(program: Program) -> str:
    return (inspect.getdoc(program) or "").splitlines()[0].rstrip(".")
