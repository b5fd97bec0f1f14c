"""What a grader says, and how it is kept."""

from __future__ import annotations

import json

import pytest

from engine.rubric import Scale
from engine.verdict import Evidence, Verdict


@pytest.mark.parametrize(
    ("verdict", "scale", "score"),
    [
        (Verdict("pass", ""), Scale(), 1),
        (Verdict("fail", ""), Scale(), 0),
        (Verdict("pass", ""), Scale(1, 10), 10),
        (Verdict("fail", ""), Scale(1, 10), 1),
        (Verdict("fail", "", score=4.5), Scale(1, 10), 4.5),
        (Verdict("fail", "", score=0), Scale(0, 10), 0),
        (Verdict("unclear", "", score=4.5), Scale(1, 10), None),
    ],
)
def test_the_score_of_a_verdict(verdict, scale, score):
    """Its own, or an end of the scale; what is unclear has none."""
    assert verdict.scored(scale) == score


SCORED = {"score", "scores", "remarks", "items", "title"}


def test_a_verdict_without_a_score_is_kept_as_ever():
    """None of the words of scores is in it."""
    assert not SCORED & Verdict("pass", "r", (Evidence("q"),)).told().keys()


def test_a_scored_verdict_is_kept_whole():
    """With its items, each as it would be kept alone; a score of 0 is a score."""
    item = Verdict("fail", "r", score=0, scores=(0,), remarks={"risks": ("x",)}, title="T")
    told = json.loads(json.dumps(Verdict("fail", "r", score=0.0, items=(item,)).told()))
    assert told["score"] == 0
    assert {word: told["items"][0][word] for word in SCORED - {"items"}} == {
        "score": 0,
        "scores": [0],
        "remarks": {"risks": ["x"]},
        "title": "T",
    }
    assert "items" not in told["items"][0]
