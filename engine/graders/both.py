"""Two graders of one criterion become one verdict; where they contradict each other nobody guesses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.verdict import Verdict


def merge(probe: Mapping[str, Verdict], judge: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """A probe's pass or fail stands where the judge agrees or is unclear; a contradiction is unclear."""
    return {id: _one(probe.get(id), judge.get(id)) for id in {**judge, **probe}}


def _one(probe: Verdict | None, judge: Verdict | None) -> Verdict:
    if probe is None or judge is None:
        return next(verdict for verdict in (probe, judge) if verdict is not None)
    opinions = {probe.by: probe.verdict, judge.by: judge.verdict}
    if probe.verdict == "unclear":
        return replace(judge, opinions=opinions)
    if judge.verdict == probe.verdict and probe.score is None and judge.score is not None:
        return replace(judge, opinions=opinions)  # it says how much as well
    if judge.verdict in (probe.verdict, "unclear"):
        return replace(probe, opinions=opinions)
    return Verdict(
        "unclear",
        f"{probe.by} says {probe.verdict}: {probe.reason}; {judge.by} says {judge.verdict}: {judge.reason}",
        (*probe.evidence, *judge.evidence),
        by=f"{probe.by}, {judge.by}",
        opinions=opinions,
    )
