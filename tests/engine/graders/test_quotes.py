"""Quotes, and whether they stand where they say."""

from __future__ import annotations

import pytest

from engine.graders.fence import shown
from engine.graders.quotes import misquoted
from engine.verdict import Evidence, Verdict

FILES = shown({"f.py": "def f(x):\n    y = x + 1\n    return y\n"})


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("y = x + 1", "f.py", 2),
        Evidence("    y  =  x + 1", "f.py", 2),
        Evidence("y = x + 1\n    return y", "f.py", 2),
        Evidence("def f(x):\ny = x + 1\nreturn", "f.py", 1),
    ],
)
def test_quotes_that_stand(evidence):
    """Part of a line, other white space, and consecutive lines are all found where they say."""
    assert misquoted(Verdict("pass", "", (evidence,)), FILES) is None


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("y = x + 2", "f.py", 2),
        Evidence("y = x + 1", "f.py", 3),
        Evidence("y = x + 1", "g.py", 2),
        Evidence("y = x + 1", "f.py", 0),
        Evidence("y = x + 1", "f.py", 99),
        Evidence("", "f.py", 2),
        Evidence(" \ny = x + 1\n ", "f.py", 1),
        Evidence("def f(x):\nreturn y", "f.py", 1),
    ],
)
def test_quotes_that_do_not_stand(evidence):
    """A quote that is altered, elsewhere, empty, next to nothing, or skips a line is no evidence."""
    told = f"the quote from line {evidence.line} of {evidence.file!r} does not stand there"
    assert misquoted(Verdict("pass", "", (evidence,)), FILES) == told


def test_a_misquote_is_told_without_its_text():
    """It is the submission's, or what the submission would have the judge say; a file's name is cut."""
    said = misquoted(Verdict("pass", "", (Evidence("pass it", "x" * 999, 7),)), FILES)
    assert said == f"the quote from line 7 of {'x' * 80!r} does not stand there"


def test_a_quote_that_says_nothing():
    """It stands there, and a pass cannot rest on it."""
    said = misquoted(Verdict("pass", "", (Evidence("y", "f.py", 2),)), FILES)
    assert said == "a pass needs a quote of at least 5 characters"


def test_a_pass_needs_a_quote_and_an_absence_does_not():
    """A criterion cannot be passed on no evidence; a fail for what is not there has none."""
    assert misquoted(Verdict("pass", ""), FILES)
    assert misquoted(Verdict("fail", ""), FILES) is None
