"""All attacks by family and name."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from sandbox.attacks import kernel, network, processes, reading, resources, writing

FAMILIES = {
    "reading secrets": reading,
    "writing outside": writing,
    "other processes": processes,
    "network": network,
    "bombs": resources,
    "kernel": kernel,
}

Program = Callable[[str], object]


def programs(family: ModuleType) -> dict[str, Program]:
    """The public functions that are defined there."""
    return {
        name: thing
        for name, thing in vars(family).items()
        if getattr(thing, "__module__", "") == family.__name__ and not name.startswith("_")
    }


def named(name: str) -> Program:
    """The attack of that name, whatever its family."""
    found: Program = next(programs(family)[name] for family in FAMILIES.values() if name in programs(family))
    return found
