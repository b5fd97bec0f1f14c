"""What headings are called, what they begin with, and which follow each other."""

from __future__ import annotations

import pytest

from toolkits.papers.pdf.names import promises_results
from toolkits.papers.pdf.numbers import chain, number

SURE = [
    "Results",
    "R ESULTS",
    "Experiments",
    "Main Results",
    "Experimental Evaluation",
    "Evaluating Small Stores",
]
FOR_WANT_OF_BETTER = [
    "Experimental Setup",
    "Evaluation Metrics",
    "Comparison with Previous Results",
    "Main Findings",
]
PERHAPS = ["Ablation Study", "Case Studies", "Performance"]
NOT = ["Introduction", "Method", "Discussion", "From Empirical Risk Minimization to Small Stores"]


@pytest.mark.parametrize(
    ("name", "promise"),
    [(name, 3 - at) for at, names in enumerate((SURE, FOR_WANT_OF_BETTER, PERHAPS, NOT)) for name in names],
)
def test_a_name_promises_results(name, promise):
    assert promises_results(name) == promise


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("3 Results", [("arabic", 3, 1)]),
        ("3.2. Human Judges", [("arabic", 3, 2)]),
        ("IV. RESULTS", [("roman", 4, 1)]),
        ("I. Introduction", [("roman", 1, 1), ("letter", 9, 1)]),
        ("B More Evaluation", [("letter", 2, 1)]),
        ("B.1 Judges", [("letter", 2, 2)]),
        ("Results", []),
        ("71.3 65.2", []),
    ],
)
def test_what_a_heading_begins_with(text, readings):
    """I. may be a roman one or a letter."""
    assert [(each.kind, each.value, each.depth) for each in number(text)] == readings


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4]),
        ([1, 7, 2, 3, 1], [1, 2, 3]),
        ([1, 2, 4, 5], [1, 2, 4, 5]),
        ([3, 1, 2], [1, 2]),
        ([], []),
    ],
)
def test_the_numbers_that_follow_each_other(values, best):
    """One may be missing; strays are passed over."""
    assert chain(values, lambda value: value, lambda _: 0.0) == best
