"""What an experiment will cost, as far as earlier runs of its task tell."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

from engine.folder import RUNS, Folder
from engine.model import Model, Price, Usage
from engine.plan import Plan
from engine.record import Record

FOLDERS = 20  # of earlier experiments, the newest


def estimate(plan: Plan, runs: int) -> str:
    """In words, for so many runs; empty where no model is paid.

    Each earlier run tells what the present models would have cost for the tokens that it took. The spread is
    one standard deviation of the sum of that many runs, the uncertainty of their mean included.
    """
    if runs < 1 or all(model.price == Price() for model in plan.models.values()):
        return ""
    costs = [cost for record in _earlier(plan) if (cost := _cost(record, plan)) is not None]
    if not costs:
        return f"Cost: not known before a first run of this task is made.{_bound(plan, runs)}"
    mean = fmean(costs) * runs
    spread = stdev(costs) * math.sqrt(runs + runs**2 / len(costs)) if len(costs) > 1 else None
    told = f"${mean:.2f}" + (f" ± {spread:.2g}" if spread is not None else "")
    limit = plan.budget.usd
    more = f" That is more than budget.usd={limit:g}." if limit is not None and mean > limit else ""
    return f"Cost: about {told} for {_runs(runs)}, by {_runs(len(costs))} made before.{more}"


def _runs(count: int) -> str:
    return f"{count} run" if count == 1 else f"{count} runs"


def _bound(plan: Plan, runs: int) -> str:
    most = plan.task.limits.cost
    return f" The agent may spend ${most * runs:g} at the most." if most else ""


def _earlier(plan: Plan) -> Iterator[Record]:
    """Runs of this task that lie beside the output folder, void ones left out."""
    summaries = sorted(plan.out.parent.glob("*/summary.json"), key=lambda path: path.parent.name)
    for path in summaries[-FOLDERS:]:
        if path.is_file() and (path.parent / RUNS).is_file() and _task(path) == plan.task.name:
            with suppress(OSError, ValueError):  # a folder that is damaged tells nothing
                yield from [each for each in Folder(path.parent).records() if each.outcome != "void"]


def _task(summary: Path) -> str | None:
    try:
        said = json.loads(summary.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return said.get("task") if isinstance(said, dict) else None


def _cost(record: Record, plan: Plan) -> float | None:
    """Of that run with the present models; None where it did without one of them, or a price is not known."""
    total = 0.0
    for role, ids in (("agent", record.model), ("judge", record.judge), ("reader", "")):
        models = plan.playing(role)
        used = record.usage_of(role)
        if not models or (role == "reader" and not used.tokens):
            continue
        same = ids == plan.ids(role)
        cost = used.cost if same else _priced(used, models)
        if not used.tokens or cost is None:
            return None
        total += cost
    return total


def _priced(used: Usage, models: Sequence[Model]) -> float | None:
    """As if the only model of the role had used it, in prompts of ordinary length."""
    price = models[0].price if len(models) == 1 else None
    return replace(price, long_over=None).cost(used) if price else None
