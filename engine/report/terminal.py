"""What a task author reads on the terminal: a line per run as it completes, then the summary."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.deciding import Decision
from engine.failures import Error, Group, Missed, Why
from engine.measures import Measured
from engine.model import Usage
from engine.record import Record
from engine.report.cards import headline, rated, show
from engine.summary import Summary
from engine.visible import brief, visible

STYLES = {"pass": "green", "fail": "red", "undecided": "yellow", "void": "magenta"}
PLACES = {
    "inside": "in the target band",
    "outside": "outside the target band",
    "undecided": "undecided whether in the target band",
}
PLACE = re.compile(r" \([^\s()]+:\d+(, [^\s()]+)*\)$")  # what a clause of a reason may end with
REASONS, ERRORS, LISTED = 12, 5, 3  # rows of the summary
CUT = 300  # characters of what a measure lists


def line(record: Record) -> Text:
    """One run: outcome, points, tokens, cost, seconds; below it, what kept it from passing."""
    points = rated(record.points["got"], record.points["of"], record.band) if _scored(record) else "-"
    text = Text(f"run {record.run:03d}  ")
    text.append(f"{record.outcome:<9}", STYLES[record.outcome])
    text.append(f"  {points:>5}  {spent(record.used())}  {record.seconds:.1f} s")
    if record.source:
        text.append(f"  {visible(record.source)}", "bold")
    if record.reason:
        failure = f"{record.failure}: " if record.failure else ""
        text.append(f"\n         {failure}{_clip(record.reason)}", "dim")
    return text


def _scored(record: Record) -> bool:
    """Whether anything was found that bears on the points; a gate that holds does not."""
    said = [(verdict["verdict"], verdict.get("points")) for verdict in record.verdicts.values()]
    return any(decision == "fail" or (decision == "pass" and points) for decision, points in said)


def _clip(reason: str, most: int = 400) -> str:
    """All of it where there is room; else a part of each clause, so that every criterion is named."""
    if len(reason) <= most:
        return brief(reason, most)
    clauses = reason.split("; ")
    share = max(most // len(clauses) - 2, 30)
    return brief("; ".join(_shorten(clause, share) for clause in clauses), most)


def _shorten(clause: str, most: int) -> str:
    """Its beginning, and the place where it ends with one."""
    found = PLACE.search(clause)
    where = found[0] if found and len(found[0]) < most else ""
    return clause if len(clause) <= most else f"{brief(clause, most - len(where)).rstrip('…')}…{where}"


def spent(usage: Usage) -> str:
    cost = "cost unknown" if usage.cost is None else f"${usage.cost:.4f}"
    return f"{usage.tokens:,} tokens  {cost}" if usage.tokens else "no tokens"


def print_summary(console: Console, summary: Summary, folder: Path) -> None:
    console.print()
    console.print(_headline(summary))
    if any(one.passed + one.failed + one.unclear for one in summary.criteria.values()):
        console.print(_criteria(summary))
    if summary.scores.runs and any(one.score is not None for one in summary.criteria.values()):
        console.print(headline(summary.scores))
    for card in summary.scores.cards:
        console.print(show(card))
    if never := [id for id, one in summary.criteria.items() if one.unclear and not one.passed + one.failed]:
        console.print(Text(f"Decided in no run: {', '.join(never)}{_judge(summary)}"))
    for title, counts in (("Failures", summary.failures), ("Void (ours, retryable)", summary.voids)):
        if counts:
            console.print(Text(f"{title}: {_counts(counts)}"))
    if summary.outcomes["fail"]:
        console.print(_why(summary.why))
    for id, each in summary.measures.items():
        console.print(_measure(id, each))
    if summary.contradictions:
        places = ", ".join(f"run {run:03d} {id}" for run, id in summary.contradictions)
        console.print(Text(f"Probe and judge contradict each other: {places}"))
    used = {role: usage for role, usage in summary.usage.items() if usage.tokens or role != "reader"}
    told = [f"{role.capitalize()}: {spent(usage)}." for role, usage in used.items()]
    console.print(Text("  ".join([*told, f"Time: {summary.seconds:.1f} s"])))
    console.print(Text(f"Kept in {folder}"), soft_wrap=True)


def _measure(id: str, said: Measured) -> Text:
    """Its means, and what it lists of the first few runs."""
    means = ", ".join(f"{name} {mean:g}" for name, mean in said.means.items())
    lines = [f"{id} (mean of {said.runs} run{'s' * (said.runs != 1)}): {means or 'nothing'}"]
    for run, lists in list(said.listed.items())[:LISTED]:
        lines += [
            f"  run {run:03d} {name}: {brief(', '.join(values), CUT)}" for name, values in lists.items()
        ]
    return Text("\n".join(lines))


def _judge(summary: Summary) -> str:
    asked = summary.usage["judge"].tokens
    return "" if asked else ". What no probe decides needs a judge: grading=both"


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
    if summary.decision:
        return text.append(f"\n{_decision(summary.decision, summary)}")
    if summary.place == "undecided":
        more = (
            f"about {summary.more} more run{'s' * (summary.more != 1)}"
            if summary.more
            else "more than 2,000 runs"
        )
        text.append(f" ({more} would decide, at this rate)")
    return text


def _decision(decision: Decision, summary: Summary) -> str:
    """How soon it was sure, how many runs that spared, and how finely it was asked."""
    zones = [ends for ends in (summary.band.low_zone, summary.band.high_zone) if ends]
    either = " or ".join(f"{low:.0%} to {high:.0%}" for low, high in zones)
    fixed = f"; a fixed design as sure needs {decision.fixed}" if decision.fixed else ""
    sure = decision.place != "undecided"
    made = (
        f"Decided after {decision.runs} of {summary.runs} runs made"
        if sure
        else f"Not decided after {decision.runs} runs"
    )
    return f"{made}{fixed} (a rate of {either} may be called either way)"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _criteria(summary: Summary) -> Table:
    """How often each criterion held among the runs that were graded on it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Criterion", overflow="fold")
    for name in ("pass", "fail", "unclear", "rate"):
        table.add_column(name, justify="right")
    scored = any(one.score is not None for one in summary.criteria.values())
    if scored:
        table.add_column("score", justify="right")
    table.add_column("")
    for id, one in summary.criteria.items():
        rate = "-" if one.rate is None else f"{one.rate:.0%}"
        mark = "differentiator" if one.differentiates else ""
        score = ["-" if one.score is None else f"{one.score:.3g}"] if scored else []
        table.add_row(Text(id), str(one.passed), str(one.failed), str(one.unclear), rate, *score, mark)
    return table


def _why(why: Why) -> Table:
    """The errors, and the criteria that failed runs missed, each with its most frequent reasons."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Runs", justify="right")
    table.add_column("", justify="right")
    table.add_column("Why they failed", overflow="fold")
    if why.errors:
        erred = {run for error in why.errors for run in error.runs}
        table.add_row(str(len(erred)), "", Text("an error", "bold"))
        _add(table, why.errors[:ERRORS])
    blocks = _blocks(why.missed)
    shown = _telling(list(blocks.values()))
    for at, (ids, missed) in enumerate(blocks.items()):
        table.add_row(str(len(missed.runs)), "", _missed(ids, missed))
        _add(table, [group for rank, group in enumerate(missed.reasons) if (at, rank) in shown])
    reasons = sum(len(missed.reasons) for missed in blocks.values())
    left = reasons - len(shown) + max(len(why.errors) - ERRORS, 0)
    if left:
        table.add_row("", "", Text(f"{left} more in summary.json", "dim"))
    return table


def _add(table: Table, groups: Sequence[Group]) -> None:
    for group in groups:
        table.add_row("", str(len(group.runs)), _reason(group))


def _blocks(missed: Mapping[str, Missed]) -> dict[str, Missed]:
    """Criteria that the same runs missed for the same reasons go together: it may be one mistake."""
    alike: dict[object, list[str]] = {}
    for id, one in missed.items():
        story = [(group.text, group.runs) for group in one.reasons]
        alike.setdefault((one.runs, one.alone, *story), []).append(id)
    return {", ".join(ids): missed[ids[0]] for ids in alike.values()}


def _missed(ids: str, missed: Missed) -> Text:
    text = Text(ids, "bold")
    if missed.alone:
        text.append(f", {len(missed.alone)} by it alone", "not bold")
    errors = len(missed.runs) - sum(len(group.runs) for group in missed.reasons)
    if errors:
        text.append(f", {errors} by an error", "not bold")
    return text


def _telling(blocks: Sequence[Missed]) -> set[tuple[int, int]]:
    """The reasons to show, by block and rank in it: the first of each, then those of most runs."""
    ranked = [
        (rank > 0, -len(group.runs), rank, at)
        for at, missed in enumerate(blocks)
        for rank, group in enumerate(missed.reasons)
    ]
    return {(at, rank) for *_, rank, at in sorted(ranked)[:REASONS]}


def _reason(group: Group) -> Text:
    """The reason, and where to look for one example of it."""
    error = f"{group.type}: " if isinstance(group, Error) else ""
    where = f", {group.place}" if group.place else ""
    text = Text(brief(f"{error}{group.text}", 200))
    return text.append(f"  (run {group.runs[0]:03d}{where})", "dim")
