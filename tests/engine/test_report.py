"""What is read on the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from engine.model import Usage
from engine.report import line, print_summary, spent
from engine.summary import summarize
from engine.threshold import Band
from tests.engine.test_summary import RECORDS, record


def printed(records, width=80, terminal=False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, highlight=False)
    print_summary(console, summarize(records, Band(), ["a", "b"], 3.0), Path("out/toy/now"))
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


@pytest.mark.parametrize("width", [40, 80])
def test_it_fits_the_terminal(width):
    """No line is longer than the terminal, but for the path, which stays whole for copying."""
    lines = printed(RECORDS, width).splitlines()
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


def test_repeated_items_are_said(tmp_path):
    """Ten runs over two items are no ten independent runs."""
    runs = [record("pass", run, source=f"item{run % 2}") for run in range(10)]
    assert "2 items in turn: the repeats make the interval too narrow" in printed(runs)


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
