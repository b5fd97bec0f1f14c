"""What an experiment may cost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.model import Model, Usage


@dataclass
class Budget:
    """Limits of all runs of an experiment together, None for no limit.

    `usd` and `tokens` count every call that was paid for, those before a resume as well; `hours` count from
    the start of the command. A limit that is reached ends the experiment: calls under way are still
    answered, so that their cost may lie above it.
    """

    usd: float | None = None
    tokens: int | None = None
    hours: float | None = None

    def problems(self, models: Mapping[str, Model]) -> Iterator[str]:
        """What is wrong with it, for these models by their keys."""
        for name, limit in vars(self).items():
            if limit is not None and not limit > 0:
                yield f"budget.{name}={limit:g}: this must be more than 0, or null for no limit"
        for key, model in models.items():
            if self.usd is not None and not model.priced():
                yield (
                    f"budget.usd={self.usd:g}: what {model.id} costs is not known, so it cannot be limited;"
                    f" state {key}.price, or limit budget.tokens"
                )

    def reached(self, spent: Usage, started: float) -> str:
        """Which limit, in words, or nothing. `started` is a time of the monotonic clock."""
        hours = (time.monotonic() - started) / 3600
        return next(self._reached(spent, hours), "")

    def _reached(self, spent: Usage, hours: float) -> Iterator[str]:
        used: Iterable[tuple[str, float, float | None]] = (
            ("usd", spent.cost or 0.0, self.usd),
            ("tokens", spent.tokens, self.tokens),
            ("hours", hours, self.hours),
        )
        if self.usd is not None and spent.cost is None:
            yield f"budget.usd={self.usd:g} cannot be kept: what a reply cost is not known"
        for name, value, limit in used:
            if limit is not None and value >= limit:
                yield f"budget.{name}={limit:g} is reached"
