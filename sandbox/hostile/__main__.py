"""`python -m sandbox.hostile`: the suite against every backend that this machine offers, as a table.

`--markdown` prints the table of docs/sandbox.md. The exit code is 0 where every backend holds what it
promises, 1 where one does not or nothing was found out, 2 where none starts or the command makes no sense.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from collections.abc import Sequence

from sandbox.hostile import table
from sandbox.hostile.attack import Attack, Outcome
from sandbox.hostile.promises import BACKENDS, broken
from sandbox.hostile.suite import attacks, outcomes, working
from sandbox.job import Job, SandboxError, run

HELD, NOT_HELD, NOTHING = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        "python -m sandbox.hostile", description=(__doc__ or "").partition(": ")[2]
    )
    parser.add_argument("--markdown", action="store_true", help="as a table for the docs")
    asked = parser.parse_args(argv)
    suite = attacks()
    went, absent = asyncio.run(_went(suite))
    for backend, reason in absent.items():
        print(f"{backend} cannot start here: {reason}", file=sys.stderr)
    if not went:
        return NOTHING
    width = shutil.get_terminal_size().columns
    shown = table.markdown(suite, went) if asked.markdown else table.lines(suite, went, width)
    for line in shown:
        print(line)
    faults = {backend: broken(backend, suite, had) for backend, had in went.items()}
    for backend, names in faults.items():
        if names:
            print(f"{backend} does not hold what it promises: {', '.join(names)}", file=sys.stderr)
    return NOT_HELD if any(faults.values()) else HELD


async def _went(suite: Sequence[Attack]) -> tuple[dict[str, dict[str, Outcome]], dict[str, str]]:
    """How the attacks went, by backend, and why others cannot start."""
    went, absent = {}, {}
    works = await working(suite)
    for name, made in BACKENDS.items():
        backend = made()
        try:
            await run(backend, Job(("python", "-c", "")))
            went[name] = await outcomes(backend, suite, works)
        except SandboxError as error:
            absent[name] = str(error)
        finally:
            await backend.close()
    return went, absent


if __name__ == "__main__":
    sys.exit(main())
