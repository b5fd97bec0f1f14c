"""An experiment as a log of Inspect AI, which `inspect view` and `inspect_ai.analysis` open.

A log is a zip of JSON; the names in it are those of EvalLog (inspect_ai/log/_log.py, version 2). An item that
was replayed, or else the task, is a sample; runs of the same one are its epochs.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from math import isnan
from pathlib import Path
from statistics import fmean
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from engine.past import Past
from engine.record import Record
from engine.report.sample import NOWHERE, Json, error_of, sample_of, summed, used_of
from engine.visible import visible

HEAVY = {"messages", "output", "events"}  # what the list of samples is without
CUT = 1000  # characters of a text in it


def write_inspect(past: Past, folder: Path) -> Path:
    """Write TIME_TASK_ID.eval into the folder; the same experiment has the same name again."""
    first = past.records[0].line() if past.records else b""
    id = sha256(json.dumps(past.config, default=str).encode() + first).hexdigest()[:22]
    starts = [datetime.fromisoformat(record.started) for record in past.records]
    made = datetime.fromtimestamp((past.folder / "config.yaml").stat().st_mtime, UTC)
    time = min(starts, default=made).astimezone(UTC)
    start = {"version": 2, "eval": _eval(past, id, time), "plan": {"steps": [{"solver": _agent(past)}]}}
    folder.mkdir(parents=True, exist_ok=True)
    task = re.sub(r"[^\w.-]|_", "-", past.task)
    path = folder / f"{time:%Y-%m-%dT%H-%M-%S}+00-00_{task}_{id}.eval"
    listed: list[Json] = []
    with ZipFile(path, "w", ZIP_DEFLATED) as log:
        log.writestr("_journal/start.json", _text(start))
        for sample in _samples(past, id):
            log.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", _text(sample))
            listed.append(_listed(sample))
        log.writestr("summaries.json", _text(listed))
        log.writestr("header.json", _text({**start, **_ending(past, listed, time)}))
    return path


def _text(data: Any) -> str:
    """JSON in which half a surrogate pair is written out: none of their models takes one."""
    said = json.dumps(data, ensure_ascii=False, default=str)
    return re.sub("[\ud800-\udfff]", lambda half: visible(half[0]), said)


def _agent(past: Past) -> str:
    return str((past.config.get("agent") or {}).get("_target_", "agent"))


def _item(past: Past, record: Record) -> str:
    topic = past.config["task"].get("topic")
    return visible(record.source or (f"{past.task}-{topic}" if topic else past.task)).replace("/", "-")


def _eval(past: Past, id: str, time: datetime) -> Json:
    task = past.config["task"]
    items = Counter(_item(past, record) for record in past.records)
    judge = next((record.judge for record in past.records if record.judge), None)
    return {
        **dict.fromkeys(("eval_id", "run_id", "task_id"), id),
        "created": time.isoformat(timespec="seconds"),
        "task": past.task,
        "task_description": task.get("description"),
        "task_args": {key: task.get(key) for key in ("topic", "prompt")},
        "solver": _agent(past),
        "dataset": {"name": past.task, "samples": len(items), "sample_ids": list(items), "shuffled": False},
        "model": past.model or NOWHERE,
        "model_roles": {"judge": {"model": judge}} if judge else None,
        "config": {"epochs": max(items.values(), default=1), "fail_on_error": False},
        "metadata": {"folder": str(past.folder), "config": past.config},
    }


def _samples(past: Past, id: str) -> Iterator[Json]:
    epochs: Counter[str] = Counter()
    for record in past.records:
        item = _item(past, record)
        epochs[item] += 1
        sample = sample_of(past, record, f"{id}-{record.run:03d}")
        yield {"id": item, "epoch": epochs[item], **sample}


def _listed(sample: Json) -> Json:
    """A line of the list of samples: what a table shows of one."""
    scores, facts = sample["scores"] or {}, sample["metadata"].items()
    short = {
        name: {**score, "explanation": score["explanation"][:CUT], "metadata": None}
        for name, score in scores.items()
    }
    return {
        **{name: value for name, value in sample.items() if name not in HEAVY},
        "input": sample["input"][:CUT],
        "scores": short or None,
        "metadata": {
            name: value[:CUT] if isinstance(value, str) else value
            for name, value in facts
            if not isinstance(value, Mapping | list)
        },
        "error": sample["error"] and sample["error"]["message"],
        "completed": sample["error"] is None,
        "message_count": len(sample["messages"]),
    }


def _ending(past: Past, listed: Sequence[Json], time: datetime) -> Json:
    """How it ended, and what it came to."""
    done, planned, early = past.summary.runs, past.config.get("runs"), _early(past)
    total = max(done, planned) if isinstance(planned, int) else done
    stopped = early and not early.startswith("Interrupted")
    values: dict[str, list[Any]] = defaultdict(list)
    for sample in listed:
        for name, score in (sample["scores"] or {}).items():
            values[name].append(score["value"])
    return {
        "status": "error" if stopped else "cancelled" if early or done < total else "success",
        "error": error_of(early) if stopped else None,
        "results": {
            "total_samples": total,
            "completed_samples": sum(sample["completed"] for sample in listed),
            "scores": [_result(past, name, own) for name, own in values.items()],
        },
        "stats": {
            "started_at": time.isoformat(timespec="milliseconds"),
            "completed_at": (time + timedelta(seconds=past.summary.seconds)).isoformat(
                timespec="milliseconds"
            ),
            "model_usage": summed(pair for sample in listed for pair in used_of(sample["model_usage"])),
            "role_usage": summed(past.summary.usage.items()),
        },
    }


def _early(past: Past) -> str:
    """What ended the experiment early, as its summary says; empty where nothing did."""
    try:
        return str(json.loads((past.folder / "summary.json").read_bytes())["ended_early"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _result(past: Past, name: str, values: Sequence[Any]) -> Json:
    """The mean over the samples that have a value, C as 1 and I as 0; with the points goes the pass rate."""
    letters = any(isinstance(value, str) for value in values)
    numbers = [{"C": 1.0, "I": 0.0, "N": float("nan")}.get(value, value) for value in values]
    known = [float(number) for number in numbers if not isnan(number)]
    metrics = {"pass_rate": past.summary.rate} if name == "points" else {}
    metrics["accuracy" if letters else "mean"] = fmean(known) if known else None
    told = {key: {"name": key, "value": value} for key, value in metrics.items() if value is not None}
    unscored = len(values) - len(known)
    return {
        "name": name,
        "scorer": name,
        "scored_samples": len(known),
        "unscored_samples": unscored,
        "metrics": told,
    }
