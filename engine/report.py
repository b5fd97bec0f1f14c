"""What a task author reads on the terminal: a line per run as it completes, then the summary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.model import Usage
from engine.record import Record
from engine.summary import Summary
from engine.visible import visible

STYLES = {"pass": "green", "fail": "red", "undecided": "yellow", "void": "magenta"}
PLACES = {
    "inside": "in the target band",
    "outside": "outside the target band",
    "undecided": "undecided whether in the target band",
}


def line(record: Record) -> Text:
    """One run: outcome, points, tokens, cost, seconds; below it, what kept it from passing."""
    points = f"{record.points['got']:g}/{record.points['of']:g}" if record.verdicts else "-"
    usage = sum((record.usage_of(role) for role in record.usage), Usage())
    text = Text(f"run {record.run:03d}  ")
    text.append(f"{record.outcome:<9}", STYLES[record.outcome])
    text.append(f"  {points:>5}  {spent(usage)}  {record.seconds:.1f} s")
    if record.source:
        text.append(f"  {visible(record.source)}", "bold")
    if record.reason:
        failure = f"{record.failure}: " if record.failure else ""
        text.append(f"\n         {failure}{_clip(record.reason)}", "dim")
    return text


def _clip(reason: str, most: int = 400) -> str:
    flat = visible(" ".join(reason.split()))
    return flat if len(flat) <= most else f"{flat[:most]}…"


def spent(usage: Usage) -> str:
    cost = "cost unknown" if usage.cost is None else f"${usage.cost:.4f}"
    return f"{usage.tokens:,} tokens  {cost}" if usage.tokens else "no tokens"


def print_summary(console: Console, summary: Summary, folder: Path) -> None:
    console.print()
    console.print(_headline(summary))
    if any(one.passed + one.failed + one.unclear for one in summary.criteria.values()):
        console.print(_criteria(summary))
    for title, counts in (("Failures", summary.failures), ("Void (ours, retryable)", summary.voids)):
        if counts:
            console.print(Text(f"{title}: {_counts(counts)}"))
    if summary.contradictions:
        places = ", ".join(f"run {run:03d} {id}" for run, id in summary.contradictions)
        console.print(Text(f"Probe and judge contradict each other: {places}"))
    agent, judge = summary.usage["agent"], summary.usage["judge"]
    console.print(Text(f"Agent: {spent(agent)}.  Judge: {spent(judge)}.  Time: {summary.seconds:.1f} s"))
    console.print(Text(f"Kept in {folder}"), soft_wrap=True)


def _headline(summary: Summary) -> Text:
    counts = {name: count for name, count in summary.outcomes.items() if count or name in ("pass", "fail")}
    text = Text(f"{summary.runs} run{'s' * (summary.runs != 1)}: {_counts(counts)}\n")
    band = f"{summary.band.low:.0%} to {summary.band.high:.0%}"
    if summary.items and summary.items < summary.runs:
        text.append(f"{summary.items} items in turn: the repeats make the interval too narrow\n")
    if summary.rate is None:
        return text.append(f"Pass rate: none yet, no run was decided (target band {band})", "bold")
    text.append(f"Pass rate {summary.rate:.0%}", "bold")
    text.append(f", 95% interval {summary.low:.0%} to {summary.high:.0%}: ")
    text.append(f"{PLACES[summary.place]} of {band}", "bold")
    if summary.place == "undecided":
        more = f"about {summary.more} more runs" if summary.more else "more than 2,000 runs"
        text.append(f" ({more} would decide, at this rate)")
    return text


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _criteria(summary: Summary) -> Table:
    """How often each criterion held among the runs that were graded on it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Criterion", overflow="fold")
    for name in ("pass", "fail", "unclear", "rate"):
        table.add_column(name, justify="right")
    table.add_column("")
    for id, one in summary.criteria.items():
        rate = "-" if one.rate is None else f"{one.rate:.0%}"
        mark = "differentiator" if one.differentiates else ""
        table.add_row(Text(id), str(one.passed), str(one.failed), str(one.unclear), rate, mark)
    return table
