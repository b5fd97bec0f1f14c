"""What an experiment may cost."""

from __future__ import annotations

import time

import pytest

from engine.budget import Budget
from engine.model import Usage
from tests.doubles import Answering


@pytest.mark.parametrize(
    ("budget", "used", "told"),
    [
        (Budget(), Usage(10**9, cost=1e6), ""),
        (Budget(usd=20), Usage(10, cost=19.99), ""),
        (Budget(usd=20), Usage(10, cost=20.0), "budget.usd=20 is reached"),
        (Budget(tokens=100), Usage(60, 40), "budget.tokens=100 is reached"),
        (Budget(usd=20), Usage(10, cost=None), "what a reply cost is not known"),
    ],
)
def test_reached(budget, used, told):
    assert told in budget.reached(used, time.monotonic())
    assert bool(told) == bool(budget.reached(used, time.monotonic()))


def test_hours_count_from_the_start_of_the_command():
    assert Budget(hours=1).reached(Usage(), time.monotonic() - 3601) == "budget.hours=1 is reached"
    assert not Budget(hours=1).reached(Usage(), time.monotonic() - 3500)


def test_what_cannot_be_kept_is_refused():
    """A limit of nothing, and US dollars where a price is not known."""
    assert list(Budget(usd=0, tokens=-1).problems({})) == [
        "budget.usd=0: this must be more than 0, or null for no limit",
        "budget.tokens=-1: this must be more than 0, or null for no limit",
    ]
    model = Answering(lambda _: "")
    model.priced = lambda: False
    assert "state agent.model.price" in next(iter(Budget(usd=1).problems({"agent.model": model})))
    assert not list(Budget(tokens=1).problems({"agent.model": model}))
