"""One experiment from plan to exit code."""

from __future__ import annotations

import asyncio
import time

from rich.console import Console

from engine.errors import Refused
from engine.folder import Folder
from engine.live import Display
from engine.plan import Plan
from engine.report import print_summary
from engine.schedule import run_all
from engine.summary import Summary, summarize
from sandbox import SandboxError

DONE, UNDER, VOIDS, INTERRUPTED = 0, 1, 3, 130


def conduct(plan: Plan) -> int:
    """Run it, print each result as it completes and the summary at the end. Returns the exit code.

    0 done; 1 the pass rate lies under `fail_under`, or no run was decided; 3 some runs are void;
    130 interrupted, what finished is kept. Raises Refused where no sandbox of this machine would do.
    """
    console = Console(highlight=False)
    folder = Folder(plan.out)
    started = time.monotonic()
    interrupted = False
    try:
        with Display(console, plan.runs, plan.verbose) as display:
            asyncio.run(_run(plan, folder, display))
    except KeyboardInterrupt:
        interrupted = True
    if not folder.path.exists():  # interrupted before anything was begun
        return INTERRUPTED
    summary = summarize(folder.records(), plan.threshold.band, plan.criteria, time.monotonic() - started)
    folder.summarize({"task": plan.task.name, "interrupted": interrupted, **summary.document()})
    print_summary(console, summary, folder.path)
    if interrupted:
        console.print(f"Interrupted: {summary.runs} of {plan.runs} runs finished and are kept.")
        return INTERRUPTED
    return exit_code(summary, plan.fail_under)


async def _run(plan: Plan, folder: Folder, display: Display) -> None:
    try:
        await _ready(plan)
        folder.create(plan.config, plan.overrides)
        await run_all(plan, folder, display.record, display.event)
    finally:
        for model in plan.models.values():
            await model.close()
        await plan.sandbox.close()


async def _ready(plan: Plan) -> None:
    """Find out that submissions can be run here before anything is spent."""
    try:
        if plan.gates or plan.use_probes:
            await plan.sandbox.check()
    except SandboxError as error:
        raise Refused(f"sandbox: {error}") from error


def exit_code(summary: Summary, fail_under: float | None) -> int:
    """A number with voids in it is not complete, so they come first."""
    if summary.outcomes["void"]:
        return VOIDS
    if fail_under is not None and (summary.rate is None or summary.rate < fail_under):
        return UNDER
    return DONE
