"""A ranking of items, and whether it follows from the scores beside it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.graders.ranking import assessed
from engine.verdict import Assessment, Verdict
from tests.engine.scored import CRITERIA

SCORES = {"X": (5, 5), "Y": (8, 4), "Z": (7, 4)}  # 5; 0.6 * 8 + 0.4 * 4 = 6.4; 0.6 * 7 + 0.4 * 4 = 5.8
VERDICTS = {
    title: {id: Verdict("fail", "", score=score) for id, score in zip(CRITERIA, scores, strict=True)}
    for title, scores in SCORES.items()
}


def said(ranking: list[int], **changes: Any) -> dict[str, Any]:
    sound = {
        "ranking": ranking,
        "best": {"item": ranking[0], "reason": "cheap"},
        "worst": {"item": ranking[-1], "reason": "dear"},
        "summary": "All told.",
    }
    return {**sound, **changes}


def test_a_ranking_by_titles():
    """Numbers are those in which the items were shown; the best is first."""
    assert assessed(said([2, 3, 1]), VERDICTS, CRITERIA, "opus") == Assessment(
        "opus", ("X", "Y", "Z"), ("Y", "Z", "X"), "cheap", "dear", "All told."
    )


@pytest.mark.parametrize("ranking", [[1, 2], [2, 1]])
def test_items_of_one_worth_may_stand_either_way(ranking):
    """The order of equals is the judge's: 0.6 * 6 + 0.4 * 6 = 0.6 * 8 + 0.4 * 3."""
    own = {"X": (6, 6), "Y": (8, 3)}
    verdicts = {
        title: {id: Verdict("fail", "", score=score) for id, score in zip(CRITERIA, scores, strict=True)}
        for title, scores in own.items()
    }
    assert len(assessed(said(ranking), verdicts, CRITERIA, "").ranking) == 2


@pytest.mark.parametrize("ranking", [[2, 3], [2, 3, 1, 1], [2, 3, 4], [2, 2, 1], [1, 0, 2]])
def test_each_item_is_ranked_once(ranking):
    """The judge is told how many there are, and what it said."""
    with pytest.raises(ValueError, match=r"each of the items 1 to 3 once, not \["):
        assessed(said(ranking), VERDICTS, CRITERIA, "")


@pytest.mark.parametrize(
    ("ranking", "words"),
    [
        ([2, 1, 3], "rank item 1 above item 3, .* have 5.00 and 5.80"),
        ([3, 2, 1], "rank item 3 above item 2, .* have 5.80 and 6.40"),
        ([1, 3, 2], "rank item 1 above item 3, .* have 5.00 and 5.80"),
    ],
)
def test_a_ranking_against_the_scores(ranking, words):
    """By the weights, not by any one score; the judge is told which two, and what they come to."""
    with pytest.raises(ValueError, match=words):
        assessed(said(ranking), VERDICTS, CRITERIA, "")


@pytest.mark.parametrize(
    ("word", "words"), [("best", "best is item 3, .* item 2 there"), ("worst", "worst is item 3, .* item 1")]
)
def test_the_ends_of_the_ranking_are_the_best_and_the_worst(word, words):
    """A reason is given for those that stand there."""
    with pytest.raises(ValueError, match=words):
        assessed(said([2, 3, 1], **{word: {"item": 3, "reason": "so"}}), VERDICTS, CRITERIA, "")


def opened(title: str, *ids: str) -> dict[str, dict[str, Verdict]]:
    """With these scores of an item open."""
    own = {id: Verdict("unclear", "") if id in ids else each for id, each in VERDICTS[title].items()}
    return {**VERDICTS, title: own}


@pytest.mark.parametrize("ranking", [[1, 2, 3], [2, 1, 3], [2, 3, 1]])
def test_an_unclear_item_may_stand_anywhere(ranking):
    """X is worth 1 to 10 where both of its scores are open."""
    assert assessed(said(ranking), opened("X", "value", "newness"), CRITERIA, "").ranking


@pytest.mark.parametrize(
    ("title", "id", "ranking", "words"),
    [
        # X is worth 0.6 * 5 + 0.4 * 1 = 3.4 to 0.6 * 5 + 0.4 * 10 = 7, so it may be the best
        ("X", "newness", [1, 2, 3], ""),
        ("X", "newness", [1, 3, 2], "rank item 3 above item 2, .* have 5.80 and 6.40"),
        # Y is worth 0.6 * 1 + 0.4 * 4 = 2.2 to 0.6 * 10 + 0.4 * 4 = 7.6, so it may be the worst
        ("Y", "value", [3, 1, 2], ""),
        # Z is worth 0.6 * 7 + 0.4 * 1 = 4.6 to 0.6 * 7 + 0.4 * 10 = 8.2, so it may stand anywhere
        ("Z", "newness", [2, 1, 3], ""),
        ("Z", "newness", [1, 2, 3], "rank item 1 above item 2, .* have 5.00 and 6.40"),
    ],
)
def test_an_open_score_contradicts_only_what_cannot_be(title, id, ranking, words):
    """The best that the upper one may have is held against the least of the lower one."""
    if not words:
        assert assessed(said(ranking), opened(title, id), CRITERIA, "").ranking
        return
    with pytest.raises(ValueError, match=words):
        assessed(said(ranking), opened(title, id), CRITERIA, "")


def test_an_unclear_item_whose_best_is_too_little():
    """X is worth at most 0.6 * 1 + 0.4 * 10 = 4.6, and Z, below it, 5.8."""
    verdicts = opened("X", "newness")
    verdicts["X"]["value"] = Verdict("fail", "", score=1)
    with pytest.raises(ValueError, match=r"rank item 1 above item 3, .* have 4\.60 and 5\.80"):
        assessed(said([2, 1, 3]), verdicts, CRITERIA, "")
