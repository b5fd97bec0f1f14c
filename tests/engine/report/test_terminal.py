"""What is read on the terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from engine.model import Usage
from engine.record import Record
from engine.report.terminal import line, print_summary, spent
from engine.rubric import Criterion, Rubric, Scale
from engine.summary import summarize
from engine.threshold import Threshold
from tests.engine.test_failures import failed, fails
from tests.engine.test_summary import RECORDS, record, summary_of


def printed(records, width=80, terminal=False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, highlight=False)
    print_summary(console, summary_of(records), Path("out/toy/now"))
    return out.getvalue()


def test_a_line_per_run():
    """Outcome, points, tokens, cost and seconds on one line; why it did not pass on the next."""
    failed = record("fail", 3, {"a": "fail"}, failure="below_threshold", reason="missed a", source="old")
    first, second = line(failed).plain.split("\n")
    assert first == "run 003  fail         0/2  300 tokens  $0.0200  2.0 s  old"
    assert second.strip() == "below_threshold: missed a"


def test_the_summary():
    """The pass rate with its interval and the band, criteria with differentiators, failures, cost, place."""
    text = printed(RECORDS)
    assert "5 runs: 1 pass, 2 fail, 1 undecided, 1 void" in text
    assert "Pass rate 33%, 95% interval" in text
    assert "undecided whether in the target band of 10% to 40%" in " ".join(text.split())
    assert [row.split() for row in text.splitlines() if row.startswith("b ")] == [
        ["b", "1", "1", "1", "50%", "differentiator"]
    ]
    assert "1 below_threshold, 1 no_submission" in text
    assert "Void (ours, retryable): 1 provider" in text
    assert "$0.0500" in text
    assert "out/toy/now" in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_it_fits_the_terminal(width):
    """No line is longer than the terminal, but for the path, which stays whole for copying."""
    wordy = failed(9, a=fails("long " * 90), b=fails(f"ValueError: {'x' * 300}", 1234))
    lines = printed([*RECORDS, wordy], width).splitlines()
    assert max(len(row) for row in lines if "out/toy" not in row) <= width


def test_without_a_terminal_there_is_no_colour():
    """Piped text has no escape codes; a terminal's has."""
    assert "\x1b" not in printed(RECORDS)
    assert "\x1b" in printed(RECORDS, terminal=True)


def test_text_of_a_model_is_text():
    """Markup in a reason is shown as it stands."""
    out = io.StringIO()
    Console(file=out, width=80).print(line(record("fail", 0, reason="[red]x[/red] [link=a]b")))
    assert "[red]x[/red] [link=a]b" in out.getvalue()


def test_escape_sequences_do_not_reach_the_terminal():
    """A submission cannot repaint its own line."""
    out = io.StringIO()
    Console(file=out, width=80).print(line(record("fail", 0, reason="\x1b[1A\x1b[2Kpass", source="a\x1bb")))
    assert "\x1b" not in out.getvalue()


def test_a_long_reason_names_every_criterion():
    """Where there is no room for all of it, each clause keeps its beginning and its place."""
    clauses = [f"criterion_{number}: {'too long ' * 20}(train.py:{number})" for number in range(8)]
    text = line(record("fail", 0, reason="; ".join(clauses))).plain
    assert len(text) < 500
    assert [f"criterion_{number}" in text and f"… (train.py:{number})" in text for number in range(8)] == [
        True
    ] * 8


def test_a_reason_of_many_clauses_is_bounded():
    """Whoever writes a reason full of semicolons does not fill the terminal."""
    assert len(line(record("fail", 0, reason="x; " * 10_000)).plain) < 500


def test_why_runs_failed():
    """The errors, then by criterion its reasons, with counts and an example, most frequent first."""
    runs = [failed(run, a=fails("never called", run)) for run in range(3)]
    runs += [failed(7, a=fails("too late", 70), b=fails("KeyError: 'x'", 71))]
    runs += [failed(8, execution=fails("KeyError: 'y'", 9, "runtime_error"))]
    rows = [row.split() for row in printed(runs).splitlines()]
    start = rows.index(["Runs", "Why", "they", "failed"])
    assert [" ".join(row) for row in rows[start + 1 : start + 7]] == [
        "2 an error",
        "2 KeyError: … (run 007, t.py:71)",
        "4 a, 3 by it alone",
        "3 never called (run 000, t.py:0)",
        "1 too late (run 007, t.py:70)",
        "1 b, 1 by an error",
    ]


def test_one_mistake_is_shown_once():
    """Criteria that the same runs missed for the same reason stand together."""
    runs = [failed(run, a=fails("no loop", run), b=fails("no loop", 9)) for run in range(2)]
    assert [row.split() for row in printed(runs).splitlines()][-4:-2] == [
        ["2", "a,", "b"],
        ["2", "no", "loop", "(run", "000,", "t.py:0)"],
    ]


def test_only_what_tells_most_is_shown():
    """Every criterion has its first reason, the rest is counted, and nothing hidden acts."""
    texts = [f"{'x' * (run + 1)}\x1b[2J" for run in range(30)]
    runs = [failed(run, a=fails(texts[run]), b=fails("always\u202e")) for run in range(30)]
    text = printed(
        [
            *runs,
            *(failed(30 + run, execution=fails(f"{texts[run]}: KeyError: {texts[run]}")) for run in range(7)),
        ]
    )
    assert "30  always⟦U+202E⟧" in text
    assert "21 more in summary.json" in text
    assert "\x1b" not in text


def test_runs_that_passed_need_no_reasons():
    """The table is there for failed runs alone."""
    assert "Why they failed" not in printed([RECORDS[0], RECORDS[3]])


def test_repeated_items_are_said(tmp_path):
    """Ten runs over two items are no ten independent runs."""
    runs = [record("pass", run, source=f"item{run % 2}") for run in range(10)]
    assert "2 items in turn: the repeats make the interval too narrow" in printed(runs)


def test_an_average_needs_no_bands():
    """It is told wherever there are scores, and where there are none it would say what the rate says."""
    rubric = Rubric(criteria={"a": Criterion("a", 10.0, scale=Scale(1, 10), passes=6.5)})

    def told(score: float) -> Record:
        one = record("pass", points={"got": score, "of": 10.0})
        return replace(one, verdicts={"a": {"verdict": "pass", "score": score, "reason": ""}})

    out = io.StringIO()
    console = Console(file=out, width=80, highlight=False)
    print_summary(console, summarize([told(6), told(9)], Threshold(), rubric, 1.0), Path("out/toy/now"))
    assert "\nAverage 7.5 of 10 over 2 runs\n" in out.getvalue()
    assert "Average" not in printed(RECORDS)


def test_nothing_decided():
    """With no decided run there is no rate to show."""
    assert "no run was decided" in printed([record("void", 0, failure="provider")])


@pytest.mark.parametrize(
    ("usage", "text"),
    [
        (Usage(), "no tokens"),
        (Usage(1000, 1, cost=None), "1,001 tokens  cost unknown"),
        (Usage(1000, 0, cost=0.5), "1,000 tokens  $0.5000"),
    ],
)
def test_spent(usage, text):
    """An unknown cost is said to be unknown, not free."""
    assert spent(usage) == text
