"""Facts that have no form, or that say nothing: never an error of the probe, and never a pass."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fsdp.parts import part
from tests.fsdp.scripted import Events, conversion, findings, found, launches, until

SOURCE = launches().source
CRITERIA = list(part("conversion").CRITERIA)
KINDS = sorted({kind for kind, _ in conversion(0, False)})
NOTHING: list[Any] = [None, "x", -1, 1.5, float("nan"), [], [[]], {}, {"a": {}}, 10**400, "\0" * 9]


def verdicts(change: Any) -> dict[str, str]:
    return {criterion: finding.told(SOURCE).verdict for criterion, finding in findings(change).items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", NOTHING, ids=lambda value: repr(value)[:12])
def test_a_fact_may_have_any_form(kind: str, value: Any) -> None:
    """One after the other, the facts of each kind of event."""
    for fact in next(facts for name, facts in conversion(0, False) if name == kind):

        def change(rank: int, nodes: bool, events: Events, fact: str = fact) -> Events:
            return [(name, {**facts, fact: value} if name == kind else facts) for name, facts in events]

        assert set(verdicts(change)) == set(CRITERIA)


@pytest.mark.parametrize("kind", KINDS)
def test_facts_may_be_missing(kind: str) -> None:
    """All of them, of each kind of event."""
    assert set(verdicts(lambda rank, nodes, events: [(n, {} if n == kind else f) for n, f in events]))


def test_events_without_facts_earn_nothing() -> None:
    """But that the group is destroyed, of which there is nothing more to tell."""
    got = verdicts(lambda rank, nodes, events: [(name, {}) for name, _ in events])
    assert {criterion for criterion, verdict in got.items() if verdict == "pass"} <= {"cleanup"}


def test_nothing_told_earns_nothing() -> None:
    """Everything fails."""
    assert set(verdicts(lambda rank, nodes, events: []).values()) == {"fail"}


def test_an_error_may_say_anything() -> None:
    """Neither its message nor its line need be one."""
    for facts in ({"message": None, "line": "x"}, {"message": ["x"], "line": -1}, {"message": "\n" * 9}):

        def change(rank: int, nodes: bool, events: Events, facts: dict[str, Any] = facts) -> Events:
            return [*until("epoch")(rank, nodes, events)[:-1], ("ended", {"how": "error", **facts})]

        assert verdicts(change)["overall_correctness"] == "fail"


def test_a_long_reason_is_cut() -> None:
    """What a process says of itself may be of any length."""
    finding = found("overall_correctness", stdout="loss " * 9999).told(SOURCE)
    assert len(finding.reason) <= part("finding").LONGEST
