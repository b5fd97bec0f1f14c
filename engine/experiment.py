"""One experiment from plan to exit code."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.cache import Cache
from engine.calls import Calls
from engine.config.resume import near, quoted
from engine.errors import Refused
from engine.estimate import estimate
from engine.folder import Folder
from engine.interrupt import interruptible
from engine.live import Display
from engine.place import place
from engine.plan import Plan
from engine.report.terminal import print_summary, spent
from engine.schedule import run_all
from engine.summary import Summary, summarize
from engine.terminal import Terminal
from engine.tool import need_sandbox
from sandbox import SandboxError

DONE, UNDER, VOIDS, INTERRUPTED = 0, 1, 3, 130
INTERRUPTION = "Interrupted"


def conduct(plan: Plan) -> tuple[int, Summary | None, Path]:
    """Run it, print each result as it completes and the summary at the end.

    Returns the exit code, the summary, None where nothing was begun, and the folder:

    0 done; 1 the pass rate lies under `fail_under`, undecided runs counted as fails; 3 some runs are void,
    or not made, because a provider is down, the budget used up or the disk full; 130 interrupted. What
    finished is kept in any case. Raises Refused where no sandbox of this machine would do, or the folder
    cannot be had.
    """
    terminal = Terminal()
    folder = Folder(plan.out)
    try:
        return _conduct(plan, folder, terminal)
    finally:
        folder.release()


def _conduct(plan: Plan, folder: Folder, terminal: Terminal) -> tuple[int, Summary | None, Path]:
    started = time.monotonic()
    try:
        ended = asyncio.run(_run(plan, folder, terminal))
    except (KeyboardInterrupt, asyncio.CancelledError):
        ended = INTERRUPTION
    if not folder.begun():
        return INTERRUPTED, None, folder.path
    wall = time.monotonic() - started
    summary = summarize(folder.records(), plan.threshold, plan.rubric, wall, plan.auto)
    folder.summarize({"task": plan.task.name, "ended_early": ended, **summary.document()})
    write([folder.path], folder.path / "report.html")
    print_summary(terminal, summary, folder.path)
    for told in _end(plan, folder, summary, ended):
        terminal.print(told, markup=False, soft_wrap=True)
    if ended:
        return INTERRUPTED if ended == INTERRUPTION else VOIDS, summary, folder.path
    return exit_code(summary, plan.fail_under), summary, folder.path


def _end(plan: Plan, folder: Folder, summary: Summary, ended: str) -> Iterator[str]:
    """What there is to say where not all came to its end."""
    void = summary.outcomes["void"]
    if ended:
        voids = f", {void} {'is' if void == 1 else 'are'} void" * bool(void)
        yield f"{ended}: {summary.runs - void} of {plan.runs} runs finished and are kept{voids}."
        if (paid := folder.spent()).tokens:
            yield f"Paid so far, for attempts that were cut off as well: {spent(paid)}."
    if ended or void:
        what = "To go on" if ended else "To make the void runs again"
        yield f"{what}: {plan.command} {_resume(folder.path)}{_more(ended)}"


def _resume(folder: Path) -> str:
    return shlex.quote(f"resume={quoted(near(folder))}")


def _more(ended: str) -> str:
    """Without a higher limit it would end at once."""
    limit = re.search(r"budget\.(usd|tokens)=", ended)
    return f" {limit[0]}MORE" if limit else ""


def write(folders: Sequence[Path], page: Path) -> None:
    """All of them as one page. It can be made again from the records: nothing here may cost the result."""
    from engine.past import read
    from engine.report.html import write_page  # what it imports is needed only now

    try:
        write_page(list(map(read, folders)), page)
    except (Refused, OSError) as error:
        print(f"{page.name} could not be written: {error}", file=sys.stderr)


async def _run(plan: Plan, folder: Folder, terminal: Terminal) -> str:
    """All runs that are to be made. Returns what ended them early."""
    with interruptible():
        try:
            await _ready(plan, folder, terminal)
            return await _make(plan, folder, terminal)
        finally:
            for model in plan.models.values():
                await model.close()
            await plan.sandbox.close()


async def _make(plan: Plan, folder: Folder, terminal: Terminal) -> str:
    """Results that can no longer be written end an experiment."""
    cache = Cache(place() / "replies", plan.cached)
    calls = Calls(plan.budget, plan.max_failures, folder.spent(), cache)
    done = len(folder.records())
    if done:
        of = f" of {plan.runs}" if done <= plan.runs else ""
        terminal.print(f"Going on: {done}{of} runs are kept.")
    if told := estimate(plan, plan.runs - done):
        terminal.print(told, markup=False)
    try:
        with Display(terminal, plan.runs, plan.verbose, calls, done) as display:
            await run_all(plan, folder, display.record, display.event, calls)
        if cache.taken:
            terminal.print(f"{cache.taken} replies came from the cache; cache.judge=false asks anew.")
        return f"Stopped, {calls.stopped()}" if calls.stopped() and display.done < plan.runs else ""
    except OSError as error:
        return f"Stopped, results cannot be written ({error})"


async def _ready(plan: Plan, folder: Folder, terminal: Terminal) -> None:
    """Find out that code can be run and results be kept before anything is spent."""
    try:
        await _check_sandbox(plan)
        if plan.resumed:
            for told in folder.resume(plan.documents()):
                terminal.print(told, markup=False)
        else:
            folder.create(plan.documents())
    except SandboxError as error:
        raise Refused(f"sandbox: {error}") from error
    except BlockingIOError as error:
        raise Refused(f"out={folder.path}: another process is at work on this experiment") from error
    except (OSError, ValueError) as error:
        raise Refused(f"out={folder.path}: this folder cannot be used: {error}") from error


async def _check_sandbox(plan: Plan) -> None:
    """That there is one, where code is to be run, and that it lets that code do what it is for."""
    probed = plan.rubric.gates or plan.use_probes
    if probed or ("agent.model" in plan.models and need_sandbox(plan.tools)):
        await plan.sandbox.check()
    if probed and plan.task.sockets and not plan.sandbox.sockets:
        raise SandboxError(
            f"the processes of task={plan.task.name} talk to each other, and in {plan.sandbox.name} they"
            " cannot; sandbox=namespaces lets them. What this machine offers: python -m engine.doctor"
        )


def exit_code(summary: Summary, fail_under: float | None) -> int:
    """A number with voids in it is not complete, so they come first."""
    if summary.outcomes["void"]:
        return VOIDS
    if fail_under is not None and summary.least < fail_under:
        return UNDER
    return DONE
