"""What the runs will cost, by earlier ones."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.budget import Budget
from engine.estimate import estimate
from engine.folder import Folder
from engine.model import Price
from engine.task import Limits
from tests.doubles import Answering, plan
from tests.engine.test_summary import record

TOKENS = {"input": 1_000_000, "output": 0, "cache_read": 0, "cache_write": 0}


def paid(name="big", price=1.0):
    model = Answering(lambda _: "")
    model.id, model.price = name, Price(input=price)
    return model


def this(folder, agent=None, **changes):
    agent = agent or paid()
    return plan(folder / "now", agent_model=agent, models={"agent.model": agent}, **changes)


def earlier(folder, *costs, task="toy", model="big"):
    kept = Folder(folder / "now" / f"then-{len(list((folder / 'now').glob('*')))}")
    kept.create({})
    for run, cost in enumerate(costs):
        outcome = "void" if cost is None else "fail"
        usage = {"agent": {**TOKENS, "cost": cost or 0.0}}
        kept.append(replace(record(outcome, run=run), usage=usage, model=model, judge=None))
    kept.summarize({"task": task})
    kept.release()


def test_the_mean_and_its_spread(tmp_path):
    """Void runs and those of other tasks tell nothing."""
    earlier(tmp_path, 0.2, 0.4, None)
    earlier(tmp_path, 9.0, task="other")
    # The deviation is 0.141 a run: times the square root of 10 + 10 * 10 / 2.
    assert estimate(this(tmp_path), 10) == "Cost: about $3.00 ± 1.1 for 10 runs, by 2 runs made before."


def test_a_single_run_has_no_spread(tmp_path):
    earlier(tmp_path, 0.2)
    assert estimate(this(tmp_path), 10) == "Cost: about $2.00 for 10 runs, by 1 run made before."


def test_another_model_at_its_own_price(tmp_path):
    """A million tokens at 4 dollars, in place of what the other model cost."""
    earlier(tmp_path, 0.2, 0.2)
    assert "about $40.00 ± 0 for 10 runs" in estimate(this(tmp_path, paid("bigger", 4.0)), 10)


def fifo(path):
    path.unlink()
    os.mkfifo(path)


def usage_of_text(path):
    path.write_text(path.read_text().replace("1000000", '"many"'))


@pytest.mark.parametrize("damage", [lambda path: path.write_text("x\n"), Path.unlink, fifo, usage_of_text])
def test_a_folder_that_is_damaged_tells_nothing(tmp_path, damage):
    """And stands in nobody's way."""
    earlier(tmp_path, 0.2)
    earlier(tmp_path, 0.4)
    damage(tmp_path / "now/then-1/runs.jsonl")
    assert "by 1 run made before" in estimate(this(tmp_path), 10)


def test_beyond_the_budget(tmp_path):
    earlier(tmp_path, 0.2, 0.4)
    assert estimate(this(tmp_path, budget=Budget(usd=2)), 10).endswith("That is more than budget.usd=2.")


@pytest.mark.parametrize(("cost", "end"), [(None, "is made."), (0.5, "may spend $5 at the most.")])
def test_a_first_run(tmp_path, cost, end):
    made = this(tmp_path)
    made = replace(made, task=replace(made.task, limits=Limits(cost=cost)))
    told = estimate(made, 10)
    assert told.startswith("Cost: not known before a first run of this task is made.")
    assert told.endswith(end)


def test_nothing_to_pay(tmp_path):
    """No model, or one that costs nothing, or no run that is left."""
    earlier(tmp_path, 0.2)
    free = this(tmp_path, Answering(lambda _: ""))
    assert estimate(free, 10) == estimate(this(tmp_path), 0) == estimate(this(tmp_path), -1) == ""
