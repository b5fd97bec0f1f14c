"""Which rule decides a claim, and what is wrong with what the rubric says of it."""

from __future__ import annotations

import pytest

from engine.graders import rules
from engine.graders.probes import Probes
from engine.rubric import Command, Criterion, Gate
from sandbox.namespaces import Namespaces
from tests.doubles import attempt, submission, write_probe


async def test_rules_and_probes_decide_side_by_side(tmp_path):
    """Each criterion by its own; what nobody decides is left out; the order is the rubric's."""
    write_probe(tmp_path / "p", "look", 'return {"b": Verdict("fail", "no")}')
    criteria = {
        "a": Criterion("a", pattern="import torch"),
        "b": Criterion("b", probe="look"),
        "c": Criterion("c"),
        "d": Criterion("d", schema={"type": "object"}),
    }
    own = attempt(tmp_path, sandbox=Namespaces())
    said = await Probes(tmp_path / "p").decide(submission(), criteria, own)
    assert list(said) == ["a", "b", "d"]
    assert [each.by for each in said.values()] == ["pattern", "probe:look", "schema"]
    assert [each.verdict for each in said.values()] == ["pass", "fail", "fail"]


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Criterion("a", pattern="x", probe="look"), "probe and pattern: only one of these can decide it"),
        (Criterion("a", pattern="("), "pattern: this is no regular expression"),
        (Gate("a", command=Command("x", code=-1)), "command: code=-1"),
        (Gate("a", schema=3), "schema: this must be a JSON Schema"),
    ],
)
def test_problems_begin_with_their_key(claim, words):
    """So that whoever reads them finds the place."""
    assert (rules.problem(claim) or "").startswith(words)


def test_no_problem_where_nothing_or_one_decides():
    """A criterion may be the judge's alone."""
    assert rules.problem(Criterion("a")) is None
    assert rules.problem(Criterion("a", probe="look")) is None
