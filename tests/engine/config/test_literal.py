"""Text that means nothing but itself."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress

import pytest
from omegaconf import OmegaConf

from engine.config.literal import literal
from engine.config.rubric import settle
from engine.config.schema import noun
from engine.config.tree import resolved
from engine.errors import Void
from engine.graders.judge import Judge
from engine.rubric import Rubric
from engine.threshold import Threshold
from tests.doubles import Answering, attempt, submission, verdicts

PIECES = ("\\", "${", "}", "${a}", "a.b", "$", "'", ":")


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_it_comes_out_as_it_went_in(length):
    """Whatever stands before and behind a ${."""
    for pieces in itertools.product(PIECES, repeat=length):
        text = "".join(pieces)
        made = OmegaConf.create({"x": [literal(text)]})
        assert OmegaConf.to_container(made, resolve=True) == {"x": [text]}


def test_the_rest_is_left_alone():
    assert literal({"${a}": (1, None, True, "a")}) == {"${a}": [1, None, True, "a"]}


def test_a_noun_is_made_of_what_was_resolved():
    """What a config came to is not resolved once more."""
    said = {"description": "${task.name} \\${x} ${oc.env:HOME} {{ x }} %s"}
    assert noun(Rubric, said, "rubric").description == said["description"]


WORDS = "{{ 7 * 7 }} {% if x %} {# c #} ${task.name} {0} {name} %s %(a)s $x"


async def test_the_judge_is_asked_to_the_letter(tmp_path):
    """Claims, what holds and fails, anchors and remarks: from YAML to the model, none is a form."""
    escaped = WORDS.replace("${", "\\${")
    said = {
        "remarks": {"risks": escaped},
        "criteria": {
            "a": {"claim": f"1 {escaped}", "holds": f"2 {escaped}", "fails": f"3 {escaped}"},
            "b": {"claim": "4", "scale": {"low": 1, "high": 10}, "anchors": {1: f"5 {escaped}"}},
        },
    }
    tree = resolved(OmegaConf.create({"rubric": said, "task": {"name": "toy"}}))
    rubric, _ = settle(noun(Rubric, tree["rubric"], "rubric"), Threshold())
    model = Answering(verdicts(lambda _: {}))
    with suppress(Void):  # what it answers is of no matter here
        await Judge(model, criteria_per_call="all").grade(submission(), rubric, attempt(tmp_path))
    asked = model.asked[0]
    shown = "\n".join([asked.system, *(part for each in asked.messages for part in each.parts)])
    for number in (1, 2, 3, 5):
        assert f"{number} {WORDS}" in shown
    assert WORDS in json.dumps(asked.schema)
