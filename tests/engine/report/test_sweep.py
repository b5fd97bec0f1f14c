"""The table at the end of a sweep."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from engine.model import Usage
from engine.report.sweep import Job, print_sweep
from engine.rubric import Criterion, Rubric
from engine.summary import Summary, summarize
from engine.threshold import Threshold
from tests.engine.test_scorecard import RUBRIC, run
from tests.engine.test_summary import RECORDS, record, summary_of


def banded(*records) -> Summary:
    return summarize(records, Threshold(points=6.5), RUBRIC, 12.34)


def printed(*jobs: Job, width: int = 120, terminal: bool = False) -> str:
    out = io.StringIO()
    print_sweep(Console(file=out, width=width, force_terminal=terminal, highlight=False), jobs)
    return out.getvalue()


def rows(*jobs: Job, width: int = 160) -> list[list[str]]:
    """Cells of a wide table, which two blanks part."""
    lines = printed(*jobs, width=width).strip("\n").splitlines()
    return [re.split(r" {2,}", line.strip()) for line in lines]


def test_a_row_for_each_job():
    """What was swept, passes of decided runs, rate with interval, average, cost, time, open and void."""
    head, first, second = rows(
        Job({"agent.model": "haiku", "runs": "5"}, 3, summary_of(RECORDS)),
        Job({"agent.model": "opus", "runs": "1"}, 0, summary_of([record("pass")], seconds=61.7)),
    )
    assert head == ["agent.model", "runs", "pass", "rate (95%)", "average", "cost", "time", "open", "void"]
    assert first[:3] == ["haiku", "5", "1/3"]
    assert re.fullmatch(r"33% \(\d+% to \d+%\)", first[3])
    assert first[5:] == ["$0.10", "3 s", "1", "1"]
    assert second[:3] == ["opus", "1", "1/1"]
    assert second[5:] == ["$0.02", "62 s", "0", "0"]


def test_averages_and_bands():
    """Of 6.75 and 8 points it is 7.38 of 10; only bands that a run is in are named, the highest first."""
    head, row = rows(Job({"runs": "2"}, 0, banded(run(0), run(1, 8.0, "BEST"))))
    assert head[-1] == "verdicts"
    assert (row[3], row[-1]) == ("7.38/10", "1 BEST, 1 GOOD")


def test_without_bands_there_is_no_column_for_them():
    """An average has no name there."""
    rubric = Rubric(criteria={"a": Criterion("it is a", 2.0)})
    said = summarize(
        [record("pass", 0, {"a": "pass"}, points={"got": 2.0, "of": 2.0})], Threshold(), rubric, 1.0
    )
    head, row = rows(Job({"runs": "1"}, 0, said))
    assert "verdicts" not in head
    assert row[3] == "2/2"


def test_a_job_that_never_began():
    """It keeps its row, and says how it ended; others have their cells."""
    _, broken, fine = rows(
        Job({"agent.model": "opus"}, 2, None), Job({"agent.model": "haiku"}, 0, banded(run()))
    )
    assert broken == ["opus", "exit code 2"]
    assert fine[0] == "haiku"


def test_nothing_was_decided():
    """There is no rate and no average, and that is not nought."""
    _, row = rows(Job({"runs": "1"}, 3, banded(record("void", failure="provider"))))
    assert row[1:4] == ["0/0", "-", "-"]
    assert row[6:] == ["1"]


def test_a_cost_that_is_not_known():
    """It is never too small a sum."""
    said = summary_of(RECORDS)
    unknown = replace(said, usage={**said.usage, "judge": Usage(1, 1, cost=None)})
    _, row = rows(Job({"runs": "5"}, 0, unknown))
    assert "unknown" in row
    assert not [cell for cell in row if "$" in cell]


def test_jobs_that_differ_in_other_keys():
    """Each key has a column, empty where a job does not vary it."""
    head, first, second = rows(
        Job({"runs": "1"}, 0, banded(run())), Job({"judge.samples": "3"}, 0, banded(run()))
    )
    assert head[:2] == ["runs", "judge.samples"]
    assert (first[0], second[0]) == ("1", "3")


MANY = {"agent.model": "openrouter/some-company/a-model-of-a-long-name:free", "rubric.scale.high": "10"}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(width):
    """No line is longer than the terminal, and no figure is cut."""
    text = printed(
        Job({"agent.model": "haiku"}, 0, banded(run(0), run(1, 8.0, "BEST"), run(2, 1.0, "POOR"))),
        Job({"agent.model": "opus"}, 0, banded(run())),
        width=width,
    )
    assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.split())
    for told in ("haiku", "opus", "3/3", "5.25/10", "$0.06", "12 s"):
        assert told in flat
    assert "…" not in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_long_values_fit_the_terminal(width):
    """They go on below themselves."""
    text = printed(Job(MANY, 0, banded(run())), width=width)
    assert max(map(len, text.splitlines())) <= width


HOSTILE = "[/b]"


@pytest.mark.parametrize("terminal", [False, True])
def test_keys_and_bands_are_text(terminal):
    """Markup in the name of a key or a band neither ends the table nor vanishes from it."""
    said = banded(run())
    named = replace(said, scores=replace(said.scores, bands={HOSTILE: 2, "[red]FINE": 1, "[i]NONE": 0}))
    text = printed(Job({"[b]key": "[/]"}, 0, named), Job({"[b]key": HOSTILE}, 2, None), terminal=terminal)
    for told in ("[b]key", "[/]", f"2 {HOSTILE}, 1 [red]FINE", "exit code 2"):
        assert told in text
    assert "NONE" not in text


def test_only_undecided_runs_are_open():
    """They have a column of their own before the void ones, where there are any."""
    pending = summary_of([record("undecided"), record("undecided", 1), record("pass", 2)])
    head, first, second = rows(
        Job({"runs": "3"}, 0, pending),
        Job({"runs": "1"}, 3, summary_of([record("void", failure="provider")])),
    )
    assert head[-2:] == ["open", "void"]
    assert (first[-2:], second[-2:]) == (["2", "0"], ["0", "1"])
    (alone, _) = rows(Job({"runs": "1"}, 0, summary_of([record("pass")])))
    assert "open" not in alone


def test_what_is_swept_is_text():
    """Markup in a value is shown as it stands."""
    text = printed(Job({"task.prompt": "[red]x[/red]"}, 0, banded(run())), terminal=True)
    assert "[red]x[/red]" in text
    assert "\x1b" in text
    assert "\x1b" not in printed(Job({"task.prompt": "x"}, 0, banded(run())))
