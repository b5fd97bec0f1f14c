"""The form of a judge's answer, and its quotes."""

from __future__ import annotations

import json

import pytest

from engine.graders.answer import misquoted, parse, schema
from engine.graders.fence import shown
from engine.verdict import Evidence, Verdict

SHAPE = schema(["a", "b"])
FILES = shown({"f.py": "def f(x):\n    y = x + 1\n    return y\n"})


def answer(*criteria: str, **changes: object) -> str:
    one = {"evidence": [{"file": "f.py", "line": 1, "quote": "def f(x):"}], "reason": "r", "verdict": "pass"}
    return json.dumps({"answers": [{"criterion": id, **one, **changes} for id in criteria]})


def test_a_fitting_answer():
    """Every criterion asked for comes back as a verdict with its evidence."""
    verdicts = parse(answer("a", "b"), SHAPE, ["a", "b"])
    assert verdicts["a"] == Verdict("pass", "r", (Evidence("def f(x):", "f.py", 1),))
    assert list(verdicts) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I think it passes", "not JSON"),
        (answer("a", verdict="maybe"), "does not fit the schema"),
        (answer("a", reason=None), "does not fit the schema"),
        (answer("a", extra=1), "does not fit the schema"),
        (answer("c"), "does not fit the schema"),
        (answer("b"), "you were asked for a"),
        (answer("a", "a"), "you were asked for a"),
        (answer(), "you were asked for a"),
        (answer("a", "b"), "you were asked for a"),
    ],
)
def test_an_answer_that_does_not_fit(text, words):
    """Skipping, repeating or inventing a criterion is the judge's error, said in words for it."""
    with pytest.raises(ValueError, match=words):
        parse(text, SHAPE, ["a"])


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
        Evidence("y", "f.py", 2),
        Evidence(" \ny = x + 1\n ", "f.py", 1),
        Evidence("def f(x):\nreturn y", "f.py", 1),
    ],
)
def test_quotes_that_do_not_stand(evidence):
    """A quote that is altered, elsewhere, empty, next to nothing, or skips a line is no evidence."""
    assert misquoted(Verdict("pass", "", (evidence,)), FILES)


def test_a_pass_needs_a_quote_and_an_absence_does_not():
    """A criterion cannot be passed on no evidence; a fail for what is not there has none."""
    assert misquoted(Verdict("pass", ""), FILES)
    assert misquoted(Verdict("fail", ""), FILES) is None
