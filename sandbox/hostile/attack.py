"""One attack, and how it went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from sandbox.hostile.targets import Targets
from sandbox.job import Sandbox

# "untried": it did not come to its end. "not here": on this machine it fails even where nothing stops it.
Outcome = Literal["held", "not held", "untried", "not here"]
Strike = Callable[[Sandbox, Targets], Awaitable[bool]]
Control = Callable[[Targets], Awaitable[bool]]


@dataclass(frozen=True)
class Attack:
    """`tries` says in a line what for.

    `strike` tells whether it has its effect from inside a sandbox, `control` whether it has any where nothing
    stops it. Both raise Untried where it did not come to its end.
    """

    name: str
    family: str
    tries: str
    strike: Strike
    control: Control
