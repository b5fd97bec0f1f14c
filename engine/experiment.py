"""One experiment from plan to exit code."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from engine.errors import Refused
from engine.folder import Folder
from engine.live import Display
from engine.plan import Plan
from engine.report.terminal import print_summary
from engine.schedule import run_all
from engine.summary import Summary, summarize
from engine.terminal import Terminal
from engine.tool import need_sandbox
from sandbox import SandboxError

DONE, UNDER, VOIDS, INTERRUPTED = 0, 1, 3, 130


def conduct(plan: Plan) -> tuple[int, Summary | None, Path]:
    """Run it, print each result as it completes and the summary at the end.

    Returns the exit code, the summary, None where nothing was begun, and the folder:

    0 done; 1 the pass rate lies under `fail_under`, undecided runs counted as fails; 3 some runs are void,
    or could not be kept; 130 interrupted, what finished is kept. Raises Refused where no sandbox of this
    machine would do, or no folder can be made.
    """
    terminal = Terminal()
    folder = Folder(plan.out)
    started = time.monotonic()
    try:
        with Display(terminal, plan.runs, plan.verbose) as display:
            ended = asyncio.run(_run(plan, folder, display))
    except KeyboardInterrupt:
        ended = "Interrupted"
    if not folder.begun():
        return INTERRUPTED, None, folder.path
    wall = time.monotonic() - started
    summary = summarize(folder.records(), plan.threshold, plan.rubric, wall, plan.auto)
    folder.summarize({"task": plan.task.name, "ended_early": ended, **summary.document()})
    write([folder.path], folder.path / "report.html")
    print_summary(terminal, summary, folder.path)
    if ended:
        terminal.print(f"{ended}: {summary.runs} of {plan.runs} runs finished and are kept.", markup=False)
        return INTERRUPTED if ended == "Interrupted" else VOIDS, summary, folder.path
    return exit_code(summary, plan.fail_under), summary, folder.path


def write(folders: Sequence[Path], page: Path) -> None:
    """All of them as one page. It can be made again from the records: nothing here may cost the result."""
    from engine.past import read
    from engine.report.html import write_page  # what it imports is needed only now

    try:
        write_page(list(map(read, folders)), page)
    except (Refused, OSError) as error:
        print(f"{page.name} could not be written: {error}", file=sys.stderr)


async def _run(plan: Plan, folder: Folder, display: Display) -> str:
    """All runs. Returns what ended them early: results that can no longer be written end an experiment."""
    try:
        await _ready(plan, folder)
        await run_all(plan, folder, display.record, display.event)
    except OSError as error:
        return f"Stopped, results cannot be written ({error})"
    finally:
        for model in plan.models.values():
            await model.close()
        await plan.sandbox.close()
    return ""


async def _ready(plan: Plan, folder: Folder) -> None:
    """Find out that code can be run and results be kept before anything is spent."""
    try:
        if (
            plan.rubric.gates
            or plan.use_probes
            or ("agent.model" in plan.models and need_sandbox(plan.tools))
        ):
            await plan.sandbox.check()
        folder.create(plan.config, plan.overrides)
    except SandboxError as error:
        raise Refused(f"sandbox: {error}") from error
    except OSError as error:
        raise Refused(f"out={folder.path}: the folder cannot be made: {error}") from error


def exit_code(summary: Summary, fail_under: float | None) -> int:
    """A number with voids in it is not complete, so they come first."""
    if summary.outcomes["void"]:
        return VOIDS
    if fail_under is not None and summary.least < fail_under:
        return UNDER
    return DONE
