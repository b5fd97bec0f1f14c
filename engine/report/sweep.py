"""The jobs of a sweep side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.summary import Summary


@dataclass(frozen=True)
class About:
    """What a job was about: the task, what it is for, who decides it, what a run needs to pass."""

    task: str
    purpose: str
    grading: str
    needs: str


@dataclass(frozen=True)
class Job:
    """`swept` are the values by which it differs from the others. `summary` is None where it never began."""

    swept: Mapping[str, str]
    code: int
    summary: Summary | None
    folder: Path | None = None
    about: About | None = None


def print_sweep(console: Console, jobs: Sequence[Job]) -> None:
    """A row for each job: what was swept, pass rate with its interval, average, bands, cost, time, and runs
    that are undecided (open) or void."""
    keys = list(dict.fromkeys(key for job in jobs for key in job.swept))
    banded = any(job.summary and job.summary.scores.bands for job in jobs)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for key in keys:
        table.add_column(Text(key), overflow="fold")
    open_ = any(job.summary and job.summary.outcomes["undecided"] for job in jobs)
    for name in ("pass", "rate (95%)", "average", "cost", "time", *["open"] * open_, "void"):
        table.add_column(name, justify="right", overflow="fold")
    if banded:
        table.add_column("verdicts", overflow="fold")
    for job in jobs:
        swept = [Text(job.swept.get(key, ""), "bold") for key in keys]
        cells = _cells(job.summary, open_) if job.summary else [f"exit code {job.code}"]
        table.add_row(*swept, *map(Text, cells))
    console.print()
    console.print(table)
    tasks = {job.about.task: job.about for job in jobs if job.about}
    if len(tasks) > 1:
        console.print()
        console.print(_tasks(tasks, jobs))


def _tasks(tasks: Mapping[str, About], jobs: Sequence[Job]) -> Table:
    """Of each task what it is for, and how often it was passed in all jobs."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name, wide in (("task", 0), ("purpose", 2), ("graded by", 1), ("passes with", 1), ("passed", 0)):
        table.add_column(name, overflow="fold", ratio=wide or None)
    for name, about in tasks.items():
        own = [job.summary for job in jobs if job.summary and job.about and job.about.task == name]
        passed = sum(summary.outcomes["pass"] for summary in own)
        decided = passed + sum(summary.outcomes["fail"] for summary in own)
        cells = (name, about.purpose, about.grading, about.needs, f"{passed}/{decided}")
        table.add_row(*map(Text, cells))
    return table


def _cells(summary: Summary, open_: bool) -> list[str]:
    decided = summary.outcomes["pass"] + summary.outcomes["fail"]
    rate = "-" if summary.rate is None else f"{summary.rate:.0%} ({summary.low:.0%} to {summary.high:.0%})"
    scores = summary.scores
    average = "-" if scores.mean is None else f"{scores.mean:.3g}/{scores.of:g}"
    used = summary.used()
    cost = "unknown" if used.cost is None else f"${used.cost:.2f}"
    bands = ", ".join(f"{count} {name}" for name, count in scores.bands.items() if count)
    cells = [f"{summary.outcomes['pass']}/{decided}", rate, average, cost, f"{summary.seconds:.0f} s"]
    cells += [str(summary.outcomes[name]) for name in (*["undecided"] * open_, "void")]
    return [*cells, *([bands] if scores.bands else [])]
