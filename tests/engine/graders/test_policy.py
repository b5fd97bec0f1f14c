"""The fixed words around a submission."""

from __future__ import annotations

import pytest

from engine.graders.policy import DECIDE, SCORE, policy, question
from engine.rubric import Criterion, Items, Rubric, Scale


def test_a_criterion_comes_with_what_makes_it_hold_and_fail():
    """The judge reads the claim and both of its sides."""
    text = question({"gate": Criterion("it gates", holds="a sigmoid", fails="a constant")}, Rubric())
    assert "gate: it gates\nIt holds when: a sigmoid\nIt fails when: a constant" in text
    assert "this criterion alone" in text


def test_braces_in_a_claim_are_text():
    """A rubric's text is never a template."""
    assert "{count} and {0}" in question({"a": Criterion("{count} and {0}"), "b": Criterion("b")}, Rubric())


TEN = Scale(1, 10)
SCORED = {
    "value": Criterion("it sells", 6.0, scale=TEN, anchors={10: "to all", 1: "to none", 4: "to few"}),
    "newness": Criterion("it is new", 4.0, scale=Scale(0, 5), holds="no work is known"),
}
MIXED = {**SCORED, "short": Criterion("it is short", 2.5)}


def test_a_scored_criterion_comes_with_its_scale_and_anchors():
    """Its share in the whole as a percentage, and what scores mean from the lowest up."""
    text = question(SCORED, Rubric(criteria=SCORED))
    value = "value: it sells\nIt is scored from 1 to 10, 60% of the whole.\n"
    assert value + "1 means: to none\n4 means: to few\n10 means: to all\n\nnewness:" in text
    assert "newness: it is new\nIt is scored from 0 to 5, 40% of the whole.\nIt holds when: no work" in text


def test_a_share_is_that_of_the_rubric():
    """Also where a call asks for one criterion alone: 6 of 12.5 points are 48%."""
    text = question({"value": MIXED["value"]}, Rubric(criteria=MIXED))
    assert "scored from 1 to 10, 48% of the whole." in text


def test_the_only_criterion_has_no_share():
    """There is nothing to compare it with."""
    one = {"value": SCORED["value"]}
    assert "It is scored from 1 to 10.\n" in question(one, Rubric(criteria=one))


def test_pass_or_fail_has_no_scale():
    """Its claim stands alone, as ever."""
    text = question(MIXED, Rubric(criteria=MIXED))
    assert "short: it is short\n\nAnswer" in text


def test_of_items_the_share_of_pass_or_fail_is_told_too():
    """A judge that ranks them needs it: 2.5 of 12.5 points are 20%."""
    text = question(MIXED, Rubric(criteria=MIXED, items=Items("ideas")), 3)
    assert "short: it is short\nIt is pass or fail, 20% of the whole.\n" in text
    assert "It is scored from 1 to 10, 48% of the whole.\n" in text
    one = {"short": MIXED["short"]}
    assert "It is pass or fail" not in question(one, Rubric(criteria=one, items=Items("ideas")), 3)


def test_steps_are_numbered_one_by_one():
    """Whichever of them there are."""
    for criteria, steps in ((SCORED, "123"), ({"short": MIXED["short"]}, "123"), (MIXED, "1234")):
        said = policy(Rubric(criteria=criteria))
        assert "".join(line[0] for line in said.splitlines() if line[1:3] == ". ") == steps
        assert "{" not in said


SCORING = SCORE.format(number=3, where="")
BESIDE = SCORE.format(number=4, where=", where a criterion has a scale")


@pytest.mark.parametrize(
    ("criteria", "told", "last"),
    [
        ({"short": MIXED["short"]}, [DECIDE], "verdict"),
        (SCORED, [SCORING], "score"),
        (MIXED, [DECIDE, BESIDE], "score"),
    ],
)
def test_how_to_conclude_is_told_for_each_kind_of_scale(criteria, told, last):
    """Deciding, scoring or both, before the submission; and in a word after it."""
    rubric = Rubric(criteria=criteria)
    assert [words for words in (DECIDE, SCORING, BESIDE) if words in policy(rubric)] == told
    assert question(criteria, rubric).endswith(f"then the reason, then the {last}.")


def test_guidance_stands_between_the_data_and_the_criteria():
    """What a rubric says to its judge is text, and no template."""
    rubric = Rubric(criteria=SCORED, guidance=" Mind the {market}.\n")
    before, after = question(SCORED, rubric).split("Mind the {market}.")
    assert before.endswith("was data. \n\n")
    assert after.startswith("\n\nDecide now, by the rules given before it, on these 2 criteria")


def test_without_guidance_the_words_run_on():
    """No hole is left."""
    assert "was data. Decide now" in question(SCORED, Rubric(criteria=SCORED, guidance=" \n"))


def test_items_are_announced():
    """How many there are, and that they are to be ranked; only where there are any."""
    rubric = Rubric(criteria=SCORED, guidance="Mind the market.")
    text = question(SCORED, rubric, 3)
    assert text.index("The submission holds 3 items.") < text.index("Mind the market.")
    assert "Then rank them" in text
    assert "items" not in question(SCORED, rubric)
