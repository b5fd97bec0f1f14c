"""Two experiments compared, and what else the records of one allow one to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from engine.agreement import Agreement, between_samples, judge_with_probe
from engine.comparing import Difference, compare, pairs_needed
from engine.past import Past
from engine.record import Record
from engine.statistics import clopper_pearson, interval, pass_at, pass_hat, standard_error

PARTS = ("task", "rubric", "threshold", "agent", "judge", "grading", "toolkit", "library", "sandbox")


def print_figures(console: Console, past: Past) -> None:
    """Below the summary of one experiment."""
    _print(console, _figures(past))


def print_comparison(console: Console, first: Past, second: Past) -> None:
    console.print()
    console.print(Text(f"{second.folder} against {first.folder}", "bold"), soft_wrap=True)
    if first.task != second.task:
        console.print(Text(f"Not compared: {second.task} is another task than {first.task}"))
        return
    parts = sorted(part for part in PARTS if first.config.get(part) != second.config.get(part))
    console.print(Text(f"What differs in their configs: {', '.join(parts) or 'nothing'}"))
    _print(console, _compared(first.records, second.records))


def _print(console: Console, lines: Iterator[str]) -> None:
    try:
        for line in lines:
            console.print(Text(line))
    except ModuleNotFoundError as missing:
        console.print(Text(f"The rest needs {missing.name}: pip install 'declarative-evals[stats]'"))


def _figures(past: Past) -> Iterator[str]:
    records, summary = past.records, past.summary
    passed, failed, open_ = (summary.outcomes[name] for name in ("pass", "fail", "undecided"))
    decided = passed + failed
    repeats = summary.items is not None and summary.items < summary.runs
    if decided and not repeats and not summary.decision:  # both take runs to be alike, and their number fixed
        low, high = interval(passed, failed, open_, clopper_pearson)
        yield f"Exact interval of the pass rate (Clopper-Pearson): {low:.0%} to {high:.0%}"
        sizes = [k for k in (2, 5, 10) if k <= decided]
        some = ", ".join(f"pass@{k} {pass_at(k, passed, decided):.0%}" for k in sizes)
        every = ", ".join(f"pass^{k} {pass_hat(k, passed, decided):.0%}" for k in sizes)
        if sizes:
            yield f"At least one of k runs: {some}; all of k runs: {every}"
    yield from _mean(records)
    for name, agreement in (
        ("Samples of the judge", between_samples(records)),
        ("Judge and probes", judge_with_probe(records)),
    ):
        if agreement:
            yield f"{name} agree: {_alpha(agreement)}"


def _mean(records: Sequence[Record]) -> Iterator[str]:
    """Runs of one item go together; without items each run stands alone."""
    clusters: dict[object, list[float]] = {}
    for record in records:
        if record.score is not None:
            clusters.setdefault(record.source or record.run, []).append(record.score)
    scores = [score for cluster in clusters.values() for score in cluster]
    error = standard_error(list(clusters.values()))
    if scores:
        spread = "" if error is None else f", standard error {error:.3f}"
        yield f"Mean score {sum(scores) / len(scores):.3f} over {len(scores)} runs{spread}"


def _alpha(agreement: Agreement) -> str:
    if agreement.alpha is None:
        return f"all of {agreement.units} verdicts alike"
    return f"Krippendorff's alpha {agreement.alpha:.2f} over {agreement.units} verdicts"


def _compared(first: Sequence[Record], second: Sequence[Record]) -> Iterator[str]:
    found = compare(first, second)
    if not found.pairs:
        yield "No runs of the same item or number: nothing can be paired"
        return
    decided = found.both + found.gained + found.lost + found.neither
    yield f"{found.pairs} pairs, {decided} decided in both: {found.gained} gained, {found.lost} lost"
    if found.rate:
        yield f"Pass rate {_told(found.rate, percent=True)} (McNemar, exact)"
        needed = pairs_needed(found.gained, found.lost, decided)
        if needed and needed > decided:
            yield f"About {needed} pairs would show a difference like this in four of five cases"
    if found.score:
        yield f"Mean score {_told(found.score)} (paired t)"
    for id, changes in found.criteria.items():
        yield f"{id}: {_counts(changes)}"


def _told(difference: Difference, percent: bool = False) -> str:
    form = "+.0%" if percent else "+.3f"
    low, high, value = (format(each, form) for each in (difference.low, difference.high, difference.value))
    p = "p < 0.001" if difference.p < 0.001 else f"p = {difference.p:.3f}"
    return f"{value}, 95% interval {low} to {high}, {p}"


def _counts(changes: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {change}" for change, count in changes.items())
