"""What a page shows of experiments and of their runs before one is opened: a row for each, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.past import Past
from engine.record import Record
from engine.rubric import Criterion

REASON = 300  # characters of a run's reason in the table; all of it is there when the run is opened


def rows(pasts: Sequence[Past]) -> dict[str, Any]:
    keys, shorts = _keys(pasts), _shorts(pasts)
    experiments = [_experiment(*each) for each in zip(pasts, keys, shorts, strict=True)]
    runs = [_run(at, record) for at, past in enumerate(pasts) for record in past.records]
    return {"experiments": experiments, "runs": runs}


def _keys(pasts: Sequence[Past]) -> list[str]:
    """What a link calls each experiment: the name of its folder, with a number where another has it too."""
    seen = Counter[str]()
    keys = []
    for past in pasts:
        name = past.folder.resolve().name
        seen[name] += 1
        keys.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return keys


def _shorts(pasts: Sequence[Past]) -> list[str]:
    """What tells an experiment from the others of its task: the model, or else the name of its folder."""
    models = [past.model or "replay" for past in pasts]
    alike = Counter((past.task, model) for past, model in zip(pasts, models, strict=True))
    return [
        model if alike[past.task, model] == 1 else key
        for past, model, key in zip(pasts, models, _keys(pasts), strict=True)
    ]


def _experiment(past: Past, key: str, short: str) -> dict[str, Any]:
    summary = past.summary
    used = summary.used()
    of = summary.scores.of
    return {
        "key": key,
        "task": past.task,
        "short": short,
        "label": f"{past.task} · {short}",
        "folder": str(past.folder),
        "model": past.model or "replay",
        "judge": next((record.judge for record in past.records if record.judge), None),
        "grading": _grading(past.config.get("grading")),
        "threshold": _threshold(past, of),
        "need": 1 if past.threshold.points is None else past.threshold.points / (of or 1),
        "runs": summary.runs,
        "outcomes": summary.outcomes,
        "rate": summary.rate,
        "low": summary.low,
        "high": summary.high,
        "target": [summary.band.low, summary.band.high],
        "auto": summary.decision is not None,
        "place": summary.place,
        "more": summary.more,
        "mean": summary.scores.mean,
        "of": of,
        "bands": summary.scores.bands,
        "cost": used.cost,
        "tokens": used.tokens,
        "seconds": summary.seconds,
        "failures": summary.failures,
        "voids": summary.voids,
        "criteria": {id: _criterion(past, id, one) for id, one in past.rubric.criteria.items()},
        "gates": {id: gate.claim for id, gate in past.rubric.gates.items()},
    }


def _grading(said: object) -> str:
    if not isinstance(said, Mapping):
        return str(said or "")
    return " + ".join(name for name, on in said.items() if on)


def _threshold(past: Past, of: float) -> str:
    """In points, after the band's name where it was given by one."""
    if past.threshold.points is None:
        return f"all {of:g} points"
    named = past.config["threshold"].get("points")
    band = f"{named}: " if isinstance(named, str) else ""
    return f"{band}{past.threshold.points:g} of {of:g}"


def _criterion(past: Past, id: str, criterion: Criterion) -> dict[str, Any]:
    figures = past.summary.criteria[id]
    return {
        "claim": criterion.claim,
        "points": criterion.points,
        "scale": [criterion.scale.low, criterion.scale.high],
        "passed": figures.passed,
        "failed": figures.failed,
        "unclear": figures.unclear,
        "rate": figures.rate,
        "score": None if criterion.scale.pass_fail else figures.score,
    }


def _run(experiment: int, record: Record) -> dict[str, Any]:
    used = record.used()
    return {
        "experiment": experiment,
        "run": record.run,
        "outcome": record.outcome,
        "failure": record.failure,
        "reason": record.reason if len(record.reason) <= REASON else f"{record.reason[:REASON]}…",
        "got": None if record.score is None else record.points.get("got"),
        "of": record.points.get("of"),
        "band": record.band,
        "source": record.source,
        "failed": [id for id, said in record.verdicts.items() if said.get("verdict") == "fail"],
        "cost": used.cost,
        "tokens": used.tokens,
        "seconds": record.seconds,
    }
