"""From the rubric that is stated to the one that is used."""

from __future__ import annotations

import math

import pytest

from engine.config.rubric import settle
from engine.errors import Refused
from engine.rubric import Criterion, Items, Rubric, Scale
from engine.threshold import Threshold
from tests.engine.config.composing import planned

TEN = Scale(1, 10)


def stated(criteria, points=None, **changes):
    """Criteria as YAML has them."""
    said = {id: {"claim": f"it is {id}", **node} for id, node in criteria.items()}
    return settle(Rubric(**{"scale": TEN, "criteria": said, **changes}), Threshold(points=points))


def points(rubric: Rubric) -> dict[str, float]:
    return {id: one.points for id, one in rubric.criteria.items()}


def test_weights_become_points():
    """Shares of the top of the rubric's scale, which is all that can be had."""
    rubric, threshold = stated({"a": {"weight": 0.6}, "b": {"weight": 0.4}})
    assert points(rubric) == pytest.approx({"a": 6, "b": 4})
    assert (rubric.points, threshold.points) == (pytest.approx(10), pytest.approx(10))


def test_thirds_make_one():
    """What decimals cannot write is not refused; what they can, is."""
    assert stated({id: {"weight": 0.3333333} for id in "abc"})[0].points == pytest.approx(10)
    with pytest.raises(Refused, match=r"make 0\.999 "):
        stated({id: {"weight": 0.333} for id in "abc"})


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ((0.6, 0.5), r"make 1\.1 \(a 0\.6 \+ b 0\.5\), and must make 1"),
        ((0.3, 0.3), r"make 0\.6 \(a 0\.3 \+ b 0\.3\)"),
        ((60, 40), r"make 100 \(a 60 \+ b 40\)"),
    ],
)
def test_weights_that_do_not_make_one(weights, words):
    """They are refused with what they make, and how to have them scaled."""
    with pytest.raises(Refused, match=rf"^rubric\.criteria: the weights {words}.* rubric\.normalise=true$"):
        stated({id: {"weight": weight} for id, weight in zip("ab", weights, strict=True)})


@pytest.mark.parametrize("weights", [(0.6, 0.4), (0.9, 0.6), (60, 40), (0.006, 0.004)])
def test_weights_are_scaled_where_it_is_wished(weights):
    """Whatever they make, three to two are 6 and 4 of 10."""
    said = {id: {"weight": weight} for id, weight in zip("ab", weights, strict=True)}
    assert points(stated(said, normalise=True)[0]) == pytest.approx({"a": 6, "b": 4})


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ({"a": {"weight": 1}, "b": {}}, r"criteria\.b: this has no weight, and others have"),
        ({"a": {"weight": 1}, "b": {"points": 2}}, r"criteria\.b: this has no weight, and others have"),
        (
            {"a": {"weight": 0.6}, "b": {"weight": 0.4, "points": 2}},
            r"criteria\.b: weight and points both say",
        ),
        ({"a": {"weight": 1}, "b": {"weight": 0}}, r"criteria\.b\.weight=0: this must be more than 0"),
        ({"a": {"weight": 2}, "b": {"weight": -1}}, r"criteria\.b\.weight=-1: this must be more than 0"),
        ({"a": {"weight": math.inf}}, r"criteria\.a\.weight=inf: "),
        ({"a": {"weight": math.nan}}, r"criteria\.a\.weight=nan: "),
        ({"a": {"weight": "much"}}, r"criteria\.a\.weight: much is not a number"),
        ({"a": {"wieght": 1}}, r"criteria\.a\.wieght: .* Did you mean weight\?"),
        ({"a": {"scale": {"lo": 1}}}, r"criteria\.a\.scale\.lo: .* Did you mean low\?"),
        ({"a": {"scale": 10}}, r"criteria\.a[.:]"),
        ({"a": {"scale": {"high": "ten"}}}, r"criteria\.a\.scale\.high: ten"),
        ({"a": {"anchors": {"most": "x"}}}, r"criteria\.a\.anchors"),
        ({"a": {"anchors": {"7.5": "x"}}}, r"criteria\.a\.anchors"),
        ({"a": {"anchors": ["x"]}}, r"criteria\.a[.:].* must be a mapping"),
        ({"a": {"anchors": {7: 7}}}, r"criteria\.a\.anchors\.7=7: this must be a text$"),
        ({"a": {"anchors": {"7": ["x"]}}}, r"criteria\.a\.anchors\.7=\['x'\]: this must be a text$"),
        ({"a": {"anchors": {7: True}}}, r"criteria\.a\.anchors\.7=True: this must be a text$"),
        ({"a": {"scale": {"high": 0}}}, r"criteria\.a\.scale: low=1, high=0: this must go up"),
        ({"a": {"scale": {"low": 0, "high": 0}}}, r"criteria\.a\.scale: low=0, high=0: this must go up"),
        ({"a": {"scale": {"low": -1}}}, r"criteria\.a\.scale: low=-1, high=10: .* from 0 or more"),
        ({"a": {"weight": 1, "scale": {"high": 0}}}, r"criteria\.a\.scale: low=1, high=0: "),
    ],
)
@pytest.mark.parametrize("normalise", [False, True])
def test_a_criterion_that_cannot_be_used(criteria, words, normalise):
    """By its key, also where weights are scaled."""
    with pytest.raises(Refused, match=rf"^rubric\.{words}"):
        stated(criteria, normalise=normalise)


def test_without_weights_points_are_what_they_are():
    """One each, unless they are stated; nothing is scaled."""
    assert points(stated({"a": {}, "b": {"points": 2}})[0]) == {"a": 1, "b": 2}


def test_a_rubric_of_pass_or_fail_is_as_it_was():
    """All points are needed, and nobody says from which score on."""
    rubric, threshold = stated({"a": {}, "b": {"points": 2}}, scale=Scale())
    assert rubric.criteria["a"] == Criterion("it is a")
    assert threshold.points == 3


@pytest.mark.parametrize("bound", ["high", None, True, [1], math.inf, math.nan, "6.5"])
def test_a_band_begins_at_a_number(bound):
    """Anything else is refused by its name."""
    with pytest.raises(Refused, match=r"^rubric\.bands\.GOOD=.*: this must be a number, the least points"):
        stated({"a": {}}, bands={"GOOD": bound})


BANDS = {"POOR": 1, "GOOD": 6.5}


@pytest.mark.parametrize(("said", "need"), [("GOOD", 6.5), (7, 7.0), (7.25, 7.25), (None, 10.0)])
def test_the_points_to_pass(said, need):
    """A number, those of a band, or all."""
    assert stated({"a": {"weight": 1}}, said, bands=BANDS)[1].points == need


@pytest.mark.parametrize("said", ["FINE", "good", True, [6.5]])
def test_a_threshold_that_is_no_band(said):
    """The bands that there are, are named."""
    with pytest.raises(
        Refused, match=r"^threshold\.points=.*a number, a band of the rubric \(POOR, GOOD\), or null"
    ):
        stated({"a": {"weight": 1}}, said, bands=BANDS)


def test_a_band_of_a_rubric_that_has_none():
    """Nothing is offered that is not there."""
    with pytest.raises(
        Refused, match=r"^threshold\.points=GOOD: this must be a number, or null for all points"
    ):
        stated({"a": {"weight": 1}}, "GOOD")


def test_a_criterion_has_the_rubrics_scale_or_its_own():
    """Or what of it the criterion does not say itself."""
    rubric, _ = stated({"a": {}, "b": {"scale": {"high": 5}}, "c": {"scale": {"low": 0, "high": 1}}})
    assert {id: one.scale for id, one in rubric.criteria.items()} == {
        "a": TEN,
        "b": Scale(1, 5),
        "c": Scale(0, 1),
    }


def test_a_criterion_is_met_where_the_threshold_lies_on_its_scale():
    """As far up its scale as 6.5 points lie from the least, 1.3, to all, 10; its own word holds.

    1.3 is 4 x 1/10 + 4 x 1/5 + 1 x 1/10 + 0, and 5.2 of 8.7 are 0.5977 of the way.
    """
    rubric, _ = stated(
        {
            "a": {"points": 4},
            "b": {"points": 4, "scale": {"high": 5}},
            "c": {"points": 1, "passes": 9},
            "d": {"points": 1, "scale": {"low": 0, "high": 1}},
        },
        6.5,
    )
    assert {id: one.passes for id, one in rubric.criteria.items()} == {
        "a": pytest.approx(1 + 9 * 5.2 / 8.7),
        "b": pytest.approx(1 + 4 * 5.2 / 8.7),
        "c": 9,
        "d": None,
    }


def test_an_anchor_by_text_or_number_is_one():
    """The command line writes texts for keys, YAML numbers; what comes later holds."""
    rubric, _ = stated({"a": {"anchors": {1: "old", 10: "all", 7: "much", "1": "new", "7": None}}})
    assert rubric.criteria["a"].anchors == {1: "new", 10: "all"}


TRYING = ("task=ideas", "agent.model=scripted", "judge.model=scripted", "sandbox=subprocess")


def shares(plan) -> dict[str, float]:
    return {id: round(one.points, 4) for id, one in plan.rubric.criteria.items()}


SHARES = {"business_viability": 3.0, "potential_upside": 2.5, "likelihood_of_success": 3.0, "novelty": 1.5}


def test_the_ideas_as_they_ship():
    """Four weights, a scale to 10, a band to reach."""
    plan = planned(*TRYING)
    assert shares(plan) == SHARES
    assert (plan.threshold.points, plan.rubric.points) == (6.5, 10)
    assert {one.passes for one in plan.rubric.criteria.values()} == {6.5}
    assert all(one.scale == TEN for one in plan.rubric.criteria.values())


def test_a_weight_from_the_command_line():
    """With another to balance it; alone it is refused with what all make."""
    novel = "rubric.criteria.novelty.weight=0.2"
    plan = planned(*TRYING, novel, "rubric.criteria.business_viability.weight=0.25")
    assert shares(plan) == SHARES | {"novelty": 2.0, "business_viability": 2.5}
    with pytest.raises(Refused, match=r"the weights make 1\.05 \(.*novelty 0\.2\), .*rubrics/ideas\.yaml\)$"):
        planned(*TRYING, novel)
    # 0.3, 0.25, 0.3 and 0.2 of 1.05
    assert shares(planned(*TRYING, novel, "rubric.normalise=true"))["novelty"] == round(2 / 1.05, 4)


def test_a_band_from_the_command_line():
    """What is GOOD moves the threshold with it; a band can be added and taken out."""
    plan = planned(*TRYING, "rubric.bands.GOOD=7", "rubric.bands.FAIR=5.5", "~rubric.bands.EXCEPTIONAL")
    assert plan.threshold.points == 7
    assert {one.passes for one in plan.rubric.criteria.values()} == {7}
    assert plan.rubric.bands == {"GOOD": 7, "MEDIOCRE": 4.5, "POOR": 1, "FAIR": 5.5}
    assert planned(*TRYING, "threshold.points=MEDIOCRE").threshold.points == 4.5


def test_the_high_end_from_the_command_line():
    """The rubric's is that of each criterion, and of the whole."""
    plan = planned(*TRYING, "rubric.scale.high=20")
    assert {one.scale.high for one in plan.rubric.criteria.values()} == {20}
    assert (plan.rubric.points, shares(plan)["novelty"]) == (20, 3.0)
    own = planned(*TRYING, "rubric.criteria.novelty.scale.high=20", "rubric.bands.POOR=0")
    assert {id: one.scale.high for id, one in own.rubric.criteria.items()} == dict.fromkeys(SHARES, 10) | {
        "novelty": 20
    }


def test_an_anchor_from_the_command_line():
    """In place of the one there is, or beside it."""
    changed, added = (
        "rubric.criteria.novelty.anchors.10=Unheard of.",
        "rubric.criteria.novelty.anchors.9=New.",
    )
    plain = planned(*TRYING).rubric.criteria["novelty"].anchors
    anchors = planned(*TRYING, changed, added).rubric.criteria["novelty"].anchors
    assert anchors == plain | {10: "Unheard of.", 9: "New."}
    with pytest.raises(Refused, match=r"^rubric\.criteria\.novelty\.anchors\.11: this lies outside"):
        planned(*TRYING, "rubric.criteria.novelty.anchors.11=More.")


@pytest.mark.parametrize("high", [0, 1, -3])
def test_a_scale_that_does_not_go_up_from_the_command_line(high):
    """The key is told, and nothing is divided by nought."""
    with pytest.raises(Refused, match=rf"^rubric\.criteria\.business_viability\.scale: low=1, high={high}: "):
        planned(*TRYING, f"rubric.scale.high={high}")


def test_an_anchor_from_the_command_line_is_a_text():
    with pytest.raises(Refused, match=r"^rubric\.criteria\.novelty\.anchors\.10=7: this must be a text"):
        planned(*TRYING, "rubric.criteria.novelty.anchors.10=7")


TITANS = ("task=titans", *TRYING[1:], "rubric.items={field: ideas}")


def test_items_for_a_rubric_that_has_none():
    """Whichever it is: what is left open is filled in, and what cannot go with items is told."""
    with pytest.raises(Refused, match=r"^task\.submission=titans\.py: items are read from a \.json file"):
        planned(*TITANS)
    plan = planned(*TITANS, "task.submission=x.json", "judge.criteria_per_call=all")
    assert plan.rubric.items == Items("ideas")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"fild": "ideas"}, r"items\.fild: there is no such key\. Did you mean field\?"),
        ({"field": "ideas", "min": "few"}, r"items\.min: few"),
        ({"min": 2}, r"items"),
        ("ideas", r"items: this must be a mapping with field, title, min, max"),
    ],
)
def test_items_that_cannot_be_used(said, words):
    """By their key."""
    with pytest.raises(Refused, match=rf"^rubric\.{words}"):
        stated({"a": {}}, items=said)


def test_the_number_of_items_from_the_command_line():
    """The form that the agent fills and the gate have it too."""
    plan = planned(*TRYING, "rubric.items.max=8", "rubric.items.min=1")
    assert (plan.rubric.items.min, plan.rubric.items.max) == (1, 8)
    for schema in (plan.rubric.gates["parts"].schema, plan.tools["submit_ideas"].schema):
        ideas = schema["properties"]["ideas"]
        assert (ideas["minItems"], ideas["maxItems"]) == (1, 8)
    with pytest.raises(Refused, match=r"^rubric\.items: min=3 and max=2: "):
        planned(*TRYING, "rubric.items.max=2")


def test_a_criterion_is_added_and_removed():
    """The weights of those that are left are scaled: 0.3, 0.25 and 0.3 of 0.85, or all and 0.25 of 1.25."""
    scaled = (*TRYING, "rubric.normalise=true")
    assert shares(planned(*scaled, "~rubric.criteria.novelty")) == {
        "business_viability": round(3 / 0.85, 4),
        "potential_upside": round(2.5 / 0.85, 4),
        "likelihood_of_success": round(3 / 0.85, 4),
    }
    added = planned(*scaled, "rubric.criteria.clarity={claim: It is clear., weight: 0.25}")
    assert shares(added) == {id: round(each / 1.25, 4) for id, each in SHARES.items()} | {"clarity": 2.0}
    assert added.rubric.criteria["clarity"].scale == TEN
    with pytest.raises(Refused, match=r"the weights make 0\.85 "):
        planned(*TRYING, "~rubric.criteria.novelty")


def test_items_are_judged_together():
    """A judge that ranks them has to see all criteria."""
    with pytest.raises(Refused, match=r'^judge\.criteria_per_call=1: a judge ranks items .* must be "all"'):
        planned(*TRYING, "judge.criteria_per_call=1")
    with pytest.raises(Refused, match=r"^task\.submission=ideas\.md: items are read from a \.json file"):
        planned(*TRYING, "task.submission=ideas.md")
