"""The score of the probes on labelled submissions: what counts as right, unclear and wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.verdict import Verdict
from tests import score

PASSING = Verdict("pass", "runs")
FAILING = Verdict("fail", "does not", failure="timeout")


def tally(label: dict[str, object], found: dict[str, Verdict]) -> score.Tally:
    counted: score.Tally = Counter()
    score._compare(label, found, counted)
    return counted


@pytest.mark.parametrize(
    ("failure", "gate", "kind"),
    [
        (None, PASSING, "right"),
        ("below_threshold", PASSING, "right"),
        ("timeout", FAILING, "right"),
        ("timeout", PASSING, "false pass"),
        (None, FAILING, "false timeout"),
        ("runtime_error", FAILING, "false timeout"),
    ],
)
def test_the_gate_is_held_to_the_label(failure: str | None, gate: Verdict, kind: str) -> None:
    """It must stop what is to be stopped, by its name, and nothing else."""
    counted = tally({"failure": failure}, {"execution": gate})
    assert counted == {("execution", kind): 1}
    assert score.wrong(counted) == (kind != "right")


@pytest.mark.parametrize(
    ("want", "got", "kind"),
    [
        ("pass", "pass", "right"),
        ("fail", "fail", "right"),
        ("unclear", "unclear", "right"),
        ("pass", "unclear", "unclear"),
        ("fail", "unclear", "unclear"),
        ("fail", "pass", "false pass"),
        ("pass", "fail", "false fail"),
        ("unclear", "pass", "false pass"),
    ],
)
def test_a_criterion_is_held_to_the_label(want: str, got: str, kind: str, capsys: object) -> None:
    """Unclear is undecided; another decision than the label's is wrong, and told with its reason."""
    found = {"execution": PASSING, "a": Verdict(got, "because")}
    counted = tally({"failure": None, "verdicts": {"a": want}}, found)
    assert counted["a", kind] == 1
    assert score.wrong(counted) == kind.startswith("false")
    assert ("because" in capsys.readouterr().out) == (kind != "right")


def test_what_the_gate_stopped_has_no_criteria() -> None:
    """They are not counted against it once more."""
    counted = tally({"failure": None, "verdicts": {"a": "pass"}}, {"execution": FAILING})
    assert list(counted) == [("execution", "false timeout")]


def test_the_table_sums_up() -> None:
    """A row a criterion, right first, and a last row for all."""
    counted = Counter({("a", "unclear"): 1, ("a", "right"): 2, ("b", "false pass"): 3, ("b", "right"): 4})
    rows = [line.split() for line in score.table(counted).splitlines()]
    assert rows[0][:2] == ["criterion", "right"]
    assert [row[1] for row in rows[1:]] == ["2", "4", "6"]
    assert rows[-1][0] == "all"
    assert sum(map(int, rows[-1][1:])) == 10
    assert score.wrong(counted) == 3
