"""The form of a judge's answer, and its quotes."""

from __future__ import annotations

import json

import pytest

from engine.graders.answer import WHOLE, parse, schema
from engine.rubric import Criterion, Rubric
from engine.verdict import Evidence, Verdict

RUBRIC = Rubric(criteria={"a": Criterion("it is a"), "b": Criterion("it is b")})
SHAPE = schema(RUBRIC)


def answer(*criteria: str, **changes: object) -> str:
    one = {"evidence": [{"file": "f.py", "line": 1, "quote": "def f(x):"}], "reason": "r", "verdict": "pass"}
    return json.dumps({"answers": [{"criterion": id, **one, **changes} for id in criteria]})


def test_a_fitting_answer():
    """Every criterion asked for comes back as a verdict with its evidence."""
    verdicts = parse(answer("a", "b"), SHAPE, RUBRIC.criteria, []).verdicts[WHOLE]
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
        parse(text, SHAPE, {"a": RUBRIC.criteria["a"]}, [])
