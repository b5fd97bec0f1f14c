"""The fixed words around a submission."""

from __future__ import annotations

from engine.graders.policy import question
from engine.rubric import Criterion, Rubric


def test_a_criterion_comes_with_what_makes_it_hold_and_fail():
    """The judge reads the claim and both of its sides."""
    text = question({"gate": Criterion("it gates", holds="a sigmoid", fails="a constant")}, Rubric())
    assert "gate: it gates\nIt holds when: a sigmoid\nIt fails when: a constant" in text
    assert "this criterion alone" in text


def test_braces_in_a_claim_are_text():
    """A rubric's text is never a template."""
    assert "{count} and {0}" in question({"a": Criterion("{count} and {0}"), "b": Criterion("b")}, Rubric())
