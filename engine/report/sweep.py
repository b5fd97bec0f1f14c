"""The jobs of a sweep side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.summary import Summary


@dataclass(frozen=True)
class Job:
    """`swept` are the values by which it differs from the others. `summary` is None where it never began."""

    swept: Mapping[str, str]
    code: int
    summary: Summary | None


def print_sweep(console: Console, jobs: Sequence[Job]) -> None:
    """A row for each job: what was swept, pass rate with its interval, average, bands, cost, time, voids."""
    keys = list(dict.fromkeys(key for job in jobs for key in job.swept))
    banded = any(job.summary and job.summary.scores.bands for job in jobs)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for key in keys:
        table.add_column(key, overflow="fold")
    for name in ("pass", "rate (95%)", "average", "cost", "time", "void"):
        table.add_column(name, justify="right", overflow="fold")
    if banded:
        table.add_column("verdicts", overflow="fold")
    for job in jobs:
        swept = [Text(job.swept.get(key, ""), "bold") for key in keys]
        table.add_row(*swept, *(_cells(job.summary) if job.summary else [f"exit code {job.code}"]))
    console.print()
    console.print(table)


def _cells(summary: Summary) -> list[str]:
    decided = summary.outcomes["pass"] + summary.outcomes["fail"]
    rate = "-" if summary.rate is None else f"{summary.rate:.0%} ({summary.low:.0%} to {summary.high:.0%})"
    scores = summary.scores
    average = "-" if scores.mean is None else f"{scores.mean:.3g}/{scores.of:g}"
    costs = [usage.cost for usage in summary.usage.values()]
    known = [cost for cost in costs if cost is not None]
    cost = f"${sum(known):.2f}" if len(known) == len(costs) else "unknown"
    bands = ", ".join(f"{count} {name}" for name, count in scores.bands.items() if count)
    cells = [f"{summary.outcomes['pass']}/{decided}", rate, average, cost, f"{summary.seconds:.0f} s"]
    return [*cells, str(summary.outcomes["void"]), *([bands] if scores.bands else [])]
