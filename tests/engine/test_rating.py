"""From scores to points, by hand."""

from __future__ import annotations

import math

import pytest

from engine.rating import by_item, least, most, sampled
from engine.rubric import Criterion, Rubric, Scale
from engine.verdict import Verdict

TEN = Scale(1, 10)
WEIGHED = {"a": Criterion("a", 6.0, scale=TEN), "b": Criterion("b", 4.0, scale=TEN)}  # 0.6 and 0.4 of 10
BANDS = {"POOR": 1.0, "GOOD": 6.5}
RUBRIC = Rubric(criteria=WEIGHED, bands=BANDS)


def scored(score: float, *scores: float, title: str = "", items: tuple[Verdict, ...] = ()) -> Verdict:
    return Verdict("pass", "", score=score, scores=scores, title=title, items=items)


def unclear(title: str = "", items: tuple[Verdict, ...] = ()) -> Verdict:
    return Verdict("unclear", "", title=title, items=items)


X_AND_Y = {
    "a": scored(6, items=(scored(8, title="X"), scored(4, title="Y"))),  # (8 + 4) / 2 = 6
    "b": scored(7.5, items=(scored(5, title="X"), scored(10, title="Y"))),  # (5 + 10) / 2 = 7.5
}


def test_scores_are_weighed():
    """0.6 * 6 + 0.4 * 7.5 = 3.6 + 3 = 6.6, and nothing is open."""
    assert least(X_AND_Y, WEIGHED) == pytest.approx(6.6)
    assert most(X_AND_Y, WEIGHED) == pytest.approx(6.6)


def test_each_item_is_weighed():
    """X has 0.6 * 8 + 0.4 * 5 = 6.8, Y has 0.6 * 4 + 0.4 * 10 = 6.4; their mean is the whole's 6.6."""
    x, y = by_item(X_AND_Y, WEIGHED)
    assert x == {"title": "X", "points": 6.8, "scores": {"a": 8, "b": 5}}
    assert y == {"title": "Y", "points": 6.4, "scores": {"a": 4, "b": 10}}


@pytest.mark.parametrize(
    ("said", "lowest", "highest"),
    [
        ({"a": unclear(), "b": scored(5)}, 2.6, 8.0),  # 0.6 * 1 + 0.4 * 5, and 0.6 * 10 + 0.4 * 5
        ({"a": scored(5), "b": unclear()}, 3.4, 7.0),  # 0.6 * 5 + 0.4 * 1, and 0.6 * 5 + 0.4 * 10
        ({"a": unclear(), "b": unclear()}, 1.0, 10.0),  # both at the bottom, and both at the top
        ({"a": scored(1), "b": scored(10)}, 4.6, 4.6),  # 0.6 * 1 + 0.4 * 10
    ],
)
def test_what_is_unclear_lies_anywhere_on_its_scale(said, lowest, highest):
    """From its bottom to its top, and nowhere else."""
    assert least(said, WEIGHED) == pytest.approx(lowest)
    assert most(said, WEIGHED) == pytest.approx(highest)


def test_only_the_item_that_is_unclear_is_open():
    """Of X, open, and Y, 4, the mean lies between (1 + 4) / 2 = 2.5 and (10 + 4) / 2 = 7.

    0.6 * 2.5 + 0.4 * 5 = 3.5, and 0.6 * 7 + 0.4 * 5 = 6.2.
    """
    said = {"a": unclear(items=(unclear("X"), scored(4, title="Y"))), "b": scored(5)}
    assert least(said, WEIGHED) == pytest.approx(3.5)
    assert most(said, WEIGHED) == pytest.approx(6.2)


def test_items_that_are_all_unclear_are_open_as_the_whole():
    """From the bottom of the scale to its top, as where there are no items."""
    each = (unclear("X"), unclear("Y"))
    said = {"a": unclear(items=each), "b": unclear(items=each)}
    assert (least(said, WEIGHED), most(said, WEIGHED)) == (pytest.approx(1), pytest.approx(10))


def test_an_unclear_item_of_pass_or_fail():
    """Of a pass, a fail and one that is open a third is sure, and two thirds may be: of 3 points 1 and 2."""
    each = (Verdict("pass", "", title="X"), Verdict("fail", "", title="Y"), unclear("Z"))
    own, said = {"a": Criterion("a", 3.0)}, {"a": unclear(items=each)}
    assert (least(said, own), most(said, own)) == (pytest.approx(1), pytest.approx(2))


def test_scales_of_their_own():
    """3 points on 0 to 5 and 1 point on 2 to 4: 3 * 2/5 + 1 * 3/4 = 1.95; of the unclear 0 and 0.5 to 4."""
    own = {"a": Criterion("a", 3.0, scale=Scale(0, 5)), "b": Criterion("b", 1.0, scale=Scale(2, 4))}
    assert least({"a": scored(2), "b": scored(3)}, own) == pytest.approx(1.95)
    nothing = {"a": unclear(), "b": unclear()}
    assert (least(nothing, own), most(nothing, own)) == (0.5, 4.0)


@pytest.mark.parametrize(
    ("decisions", "lowest", "highest"),
    [("pp", 3, 3), ("pf", 1, 1), ("fp", 2, 2), ("up", 2, 3), ("uu", 0, 3), ("fu", 0, 2)],
)
def test_pass_or_fail_is_a_case_of_it(decisions, lowest, highest):
    """Points of 1 and 2 on a scale from 0 to 1: a pass has all of them, a fail none."""
    words = {"p": "pass", "f": "fail", "u": "unclear"}
    criteria = {"a": Criterion("a", 1.0), "b": Criterion("b", 2.0)}
    said = {id: Verdict(words[letter], "") for id, letter in zip("ab", decisions, strict=True)}
    assert (least(said, criteria), most(said, criteria)) == (lowest, highest)


def test_an_item_with_an_open_score_has_no_points():
    """Its other scores are kept, and the other items have theirs: Y has 0.6 * 4 + 0.4 * 10 = 6.4."""
    said = {
        "a": unclear(items=(unclear("X"), scored(4, title="Y"))),
        "b": scored(7.5, items=(scored(5, title="X"), scored(10, title="Y"))),
    }
    x, y = by_item(said, WEIGHED)
    assert x == {"title": "X", "points": None, "scores": {"a": None, "b": 5}}
    assert y["points"] == 6.4


def test_a_criterion_that_is_not_scored_by_item():
    """What a probe decided of the whole is no score of an item, so items have no points."""
    (x, _) = by_item({"a": X_AND_Y["a"], "b": scored(5)}, WEIGHED)
    assert x == {"title": "X", "points": None, "scores": {"a": 8}}


def test_without_items_there_are_none():
    """A submission that is judged as one has no list of them."""
    assert by_item({"a": scored(5), "b": scored(5)}, WEIGHED) == []


THREE = {"a": scored(7, 8, 6, 7), "b": scored(6, 5, 5, 8)}
POINTS = [6.8, 5.6, 7.4]  # 0.6 * 8 + 0.4 * 5, 0.6 * 6 + 0.4 * 5, 0.6 * 7 + 0.4 * 8


def test_samples_have_points_and_a_spread():
    """Of 6.8, 5.6 and 7.4 the mean is 6.6, so the deviation is the root of (0.2² + 1² + 0.8²) / 2 = 0.84."""
    said = sampled(THREE, RUBRIC)
    assert said["points"] == POINTS
    assert said["spread"] == pytest.approx(math.sqrt(0.84), abs=1e-6)


def test_samples_have_bands_and_their_stability():
    """6.8 and 7.4 are in the band of the mean, 6.6, and 5.6 is not: two thirds."""
    said = sampled(THREE, RUBRIC)
    assert said["bands"] == ["GOOD", "POOR", "GOOD"]
    assert said["stability"] == pytest.approx(2 / 3)


def test_a_mean_in_a_band_of_no_sample():
    """1 and 8 have the mean 4.5, in a band that neither of them is in."""
    said = {"a": scored(4.5, 1, 8), "b": scored(4.5, 1, 8)}
    rubric = Rubric(criteria=WEIGHED, bands={"POOR": 1.0, "FAIR": 4.0, "GOOD": 6.5})
    assert sampled(said, rubric)["stability"] == 0


def test_samples_of_a_rubric_without_bands():
    """Points and spread alone."""
    assert sampled(THREE, Rubric(criteria=WEIGHED)).keys() == {"points", "spread"}


@pytest.mark.parametrize(
    "said",
    [
        {"a": scored(7, 7), "b": scored(5, 5)},
        {"a": scored(7, 7, 7), "b": scored(5, 5)},
        {"a": scored(7, 7, 7), "b": unclear()},
        {"a": Verdict("pass", ""), "b": Verdict("fail", "")},
    ],
)
def test_too_little_to_compare(said):
    """One sample alone, scores missing in some, or votes on pass and fail: nothing is said."""
    assert sampled(said, RUBRIC) == {}
