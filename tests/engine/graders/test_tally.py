"""Several answers become one verdict."""

from __future__ import annotations

import pytest

from engine.graders import tally
from engine.rubric import Criterion, Scale
from engine.verdict import Evidence, Verdict

SCORED = Criterion("it is", 6.0, scale=Scale(1, 10), passes=6.5)
DECIDED = Criterion("it is", 2.0)
WORDS = {"p": "pass", "f": "fail", "u": "unclear"}


def scored(score: float | None, title: str = "", scores: tuple[float, ...] | None = None) -> Verdict:
    """One answer of a judge; None is an unclear one."""
    if score is None:
        return Verdict("unclear", "it is open", by="judge", title=title)
    own = (score,) if scores is None else scores
    evidence = (Evidence(f"so it is {score:g}", "ideas.json", int(score)),)
    decision = SCORED.decision(score)
    return Verdict(decision, f"a {score:g}", evidence, "judge", score=score, scores=own, title=title)


def decided(letter: str, title: str = "") -> Verdict:
    return Verdict(WORDS[letter], f"it is {letter}", by="judge", title=title)


@pytest.mark.parametrize(
    ("given", "mean", "decision"),
    [
        ((7, 7, 7), 7.0, "pass"),
        ((8, 6, 4), 6.0, "fail"),  # 18 / 3
        ((6, 7), 6.5, "pass"),  # 13 / 2
        ((10, 1, 1), 4.0, "fail"),  # 12 / 3
        ((8, None, 6), 7.0, "pass"),  # 14 / 2: more than half have scored
    ],
)
def test_scores_of_samples_are_averaged(given, mean, decision):
    """The mean decides, not how many samples lie above."""
    said = tally.samples([scored(score) for score in given], SCORED)
    assert (said.score, said.verdict) == (pytest.approx(mean), decision)
    assert said.scores == given


def test_the_sample_nearest_to_the_mean_speaks():
    """Of 1, 5 and 9 the second one gives reason and evidence."""
    said = tally.samples([scored(1), scored(5), scored(9)], SCORED)
    assert (said.reason, said.evidence[0].line, said.by) == ("a 5", 5, "judge")


@pytest.mark.parametrize("given", [(8, None), (8, None, None), (8, 8, None, None), (None, None, None)])
def test_half_without_a_score_is_unclear(given):
    """A mean over a minority would be a guess."""
    said = tally.samples([scored(score) for score in given], SCORED)
    assert (said.verdict, said.score) == ("unclear", None)


@pytest.mark.parametrize("one", [scored(3), scored(None), decided("p"), decided("u")])
def test_one_sample_stands_as_it_is(one):
    """Without votes and without a mean."""
    assert tally.samples([one], SCORED) is one


@pytest.mark.parametrize(
    ("letters", "decision", "votes"),
    [
        ("ppf", "pass", {"pass": 2, "fail": 1}),
        ("fup", "unclear", {"pass": 1, "fail": 1, "unclear": 1}),
        ("ffp", "fail", {"pass": 1, "fail": 2}),
        ("pf", "unclear", {"pass": 1, "fail": 1}),
        ("uup", "unclear", {"pass": 1, "unclear": 2}),
    ],
)
def test_pass_and_fail_are_voted_on(letters, decision, votes):
    """More than half decide; the split is kept, and there is no score."""
    said = tally.samples([decided(letter) for letter in letters], DECIDED)
    assert (said.verdict, dict(said.votes or {}), said.score) == (decision, votes, None)


def test_items_are_averaged():
    """Of 8, 4 and 9 the mean is 7; the lowest gives the reason, its title and its evidence."""
    each = [scored(8, "X"), scored(4, "Y"), scored(9, "Z")]
    said = tally.items(each, SCORED)
    assert (said.verdict, said.score, said.scores) == ("pass", pytest.approx(7), (pytest.approx(7),))
    assert said.reason == "7 on average; lowest, 4, Y: a 4"
    assert said.evidence[0].line == 4
    assert (said.items, said.by) == (tuple(each), "judge")


def test_a_mean_over_items_that_is_too_low():
    """It is the mean that is held to what is needed, though an item reaches it: (10 + 1) / 2 = 5.5."""
    assert tally.items([scored(10, "X"), scored(1, "Y")], SCORED).verdict == "fail"


def test_an_unclear_item_leaves_all_unclear():
    """It is named with its reason, and the scores of the others are kept."""
    each = [scored(8, "X"), scored(None, "Y")]
    said = tally.items(each, SCORED)
    assert (said.verdict, said.reason, said.score) == ("unclear", "Y: it is open", None)
    assert [item.score for item in said.items] == [8, None]


def test_items_have_a_mean_in_each_sample():
    """First 8 and 4, then 6 and 2, then 10 and 3: means of 6, 4 and 6.5."""
    each = [scored(8, "X", (8, 6, 10)), scored(3, "Y", (4, 2, 3))]
    assert tally.items(each, SCORED).scores == (6, 4, 6.5)


def test_a_sample_that_did_not_score_an_item():
    """Then samples are not compared at all."""
    assert tally.items([scored(8, "X", (8, 6)), scored(3, "Y", (3,))], SCORED).scores == ()


@pytest.mark.parametrize(("letters", "score", "decision"), [("pp", 1, "pass"), ("pfpp", 0.75, "fail")])
def test_items_of_pass_or_fail(letters, score, decision):
    """It is met where all items meet it, and its points are shared by those that do."""
    each = [decided(letter, str(at)) for at, letter in enumerate(letters)]
    said = tally.items(each, DECIDED)
    assert (said.score, said.verdict) == (score, decision)
    assert DECIDED.earned(said.scored(DECIDED.scale)) == 2.0 * score


@pytest.mark.parametrize("letters", ["pf", "pfu", "uu", "ppff"])
def test_an_item_keeps_its_title_whatever_its_samples_say(letters):
    """A split leaves it unclear, and still says which item it is and who judged it."""
    said = tally.samples([decided(letter, "X") for letter in letters], DECIDED)
    assert (said.verdict, said.title, said.by) == ("unclear", "X", "judge")
    whole = tally.items([said, decided("p", "Y")], DECIDED)
    assert whole.reason.startswith("X: ")


def test_samples_without_enough_scores_keep_the_title():
    """Of three answers two are open."""
    said = tally.samples([scored(8, "X"), scored(None, "X"), scored(None, "X")], SCORED)
    assert (said.verdict, said.title) == ("unclear", "X")
