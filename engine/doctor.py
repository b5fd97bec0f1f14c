"""`python -m engine.doctor`: what this machine offers, and what is missing, in plain words."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version

from engine.terminal import Terminal
from sandbox.auto import faults

PACKAGES = {
    "anthropic": "Claude",
    "litellm": "every other model",
    "torch": "tasks whose submissions train models",
    "pymupdf": "library=web",
    "scipy": "exact intervals in reports",
}
KEYS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY")
READY, LACKING = 0, 2


def main(argv: Sequence[str] | None = None) -> int:
    """0 where untrusted code can be run here, else 2."""
    if argv if argv is not None else sys.argv[1:]:
        print("Refused: python -m engine.doctor takes no arguments", file=sys.stderr)
        return LACKING
    ready, told = asyncio.run(_sandboxes())
    terminal = Terminal()
    for line in (*_machine(), "", *told, "", *_packages(), "", *_keys()):
        terminal.print(line, markup=False, highlight=False, soft_wrap=True)
    return READY if ready else LACKING


def _machine() -> Iterator[str]:
    system = f"{platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}, {system}, {os.cpu_count()} cores"


async def _sandboxes() -> tuple[bool, list[str]]:
    """Whether one holds untrusted code, and what each lets through when it is attacked."""
    found = [each async for each in faults()]
    told = ["Sandboxes, each attacked just now:"]
    for backend, fault in found:
        told.append(f"  {backend.name} (level {backend.level}): {fault or 'holds what its level promises'}")
    taken = next((backend for backend, fault in found if not fault), None)
    if taken is None:
        return False, [*told, "  None is taken: runs of untrusted code are refused on this machine."]
    return True, [*told, f"  sandbox=auto takes {taken.name} (level {taken.level})."]


def _packages() -> Iterator[str]:
    yield "Packages:"
    for name, use in PACKAGES.items():
        try:
            yield f"  {name} {version(name)}"
        except PackageNotFoundError:
            yield f"  {name} is missing; it is needed for {use}"


def _keys() -> Iterator[str]:
    yield "Keys, as variables of the environment:"
    for name in KEYS:
        yield f"  {name} is {'set' if os.environ.get(name) else 'not set'}"
    yield "Without any: python -m engine agent=replay grading=probe"


if __name__ == "__main__":
    sys.exit(main())
