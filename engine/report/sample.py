"""One run as a sample of Inspect AI's log: what was said, the scores, what was used.

The names are those of EvalSample and what it is made of (inspect_ai/log/_log.py, scorer/_metric.py,
model/_chat_message.py). What is undecided has no number (NaN, or N for a criterion), so that no mean counts
it; a void run has an error and no scores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine.folder import Folder
from engine.model import Usage
from engine.past import Past
from engine.record import Record
from engine.rubric import Scale
from engine.verdict import Verdict

Json = dict[str, Any]
LETTERS = {"pass": "C", "fail": "I", "unclear": "N"}
STOPS = {"end": "stop", "tools": "tool_calls", "length": "max_tokens", "context": "model_length"}
TOKENS = {
    "input_tokens": "input",
    "output_tokens": "output",
    "input_tokens_cache_read": "cache_read",
    "input_tokens_cache_write": "cache_write",
    "total_cost": "cost",
}
NOWHERE = "none/none"  # what they call the model where there is none


def sample_of(past: Past, record: Record, uuid: str) -> Json:
    """All but its id and epoch. Messages have ids that no other log has: their data frames drop repeats."""
    events = Folder(past.folder).events(record.run)
    started = datetime.fromisoformat(record.started)
    calls = [event for event in events if event.get("event") == "model_call"]
    used = [(str(call["model"]), Usage(**call["usage"])) for call in calls]
    roles = [(role, record.usage_of(role)) for role in record.usage]
    said = enumerate(_messages(past, record, events))
    messages = [{"id": f"{uuid}-{at}", **message} for at, message in said]
    replies = [message for message in messages if message["role"] == "assistant"]
    stops = [STOPS.get(call["stop"], "unknown") for call in calls if call["role"] == "agent"]
    trace = "\n".join(str(event["traceback"]) for event in events if event.get("event") == "error")
    void = record.outcome == "void"
    elsewhere = ("points", "verdicts", "usage")
    choices = [
        {"message": reply, "stop_reason": stop}
        for reply, stop in zip(replies[-1:], stops[-1:] or ["stop"], strict=False)
    ]
    output = {"model": record.model or NOWHERE, "choices": choices}
    return {
        "uuid": uuid,
        "input": messages[0]["content"],
        "target": "",
        "messages": messages,
        "output": output,
        "events": [_event(record, messages, output)],
        "scores": None if void else _scores(past, record),
        "metadata": {name: value for name, value in vars(record).items() if name not in elsewhere},
        "model_usage": summed(used or roles),
        "role_usage": summed(roles),
        "started_at": record.started,
        "completed_at": (started + timedelta(seconds=record.seconds)).isoformat(timespec="milliseconds"),
        "total_time": record.seconds,
        "error": error_of(f"{record.failure}: {record.reason}", trace) if void else None,
    }


def _event(record: Record, messages: Sequence[Json], output: Json) -> Json:
    """The conversation as one call of a model: in calls alone do their data frames look for messages."""
    last = bool(output["choices"]) and messages[-1]["role"] == "assistant"
    return {
        "event": "model",
        "timestamp": record.started,
        "working_start": 0.0,
        "model": output["model"],
        "input": messages[:-1] if last else messages,
        "tools": [],
        "tool_choice": "auto",
        "config": {},
        "output": output if last else {"model": output["model"], "choices": []},
    }


def _messages(past: Past, record: Record, events: Sequence[Json]) -> list[Json]:
    """What was asked and said. Where nobody said anything, the submission stands for it."""
    task = past.config["task"]
    asked = next((event["prompt"] for event in events if event.get("prompt")), None)
    content = str(asked or task.get("description") or past.task)
    messages = [{"role": "user", "content": content, "source": "input"}, *_said(past, events)]
    submitted = _submitted(past.folder / "submissions" / f"{record.run:03d}") if len(messages) == 1 else ""
    if submitted:
        about = {"submission": record.source}
        messages.append({"role": "assistant", "content": submitted, "metadata": about})
    return messages


def _said(past: Past, events: Sequence[Json]) -> Iterator[Json]:
    """The turns of the agent, and what tools answered; the reminder where a turn asked for nothing."""
    names: dict[str, str] = {}
    silent = False
    for event in events:
        match event:
            case {"event": "model_call", "role": "agent", "text": text, "calls": calls}:
                if silent:
                    yield {
                        "role": "user",
                        "content": str((past.config.get("agent") or {}).get("reminder", "")),
                    }
                silent = not calls and event["stop"] != "pause"
                names |= {call["id"]: call["name"] for call in calls}
                thought = [{"type": "reasoning", "reasoning": event["thinking"]}] if event["thinking"] else []
                yield {
                    "role": "assistant",
                    "source": "generate",
                    "model": event["model"],
                    "content": [*thought, {"type": "text", "text": text}] if thought else text,
                    "tool_calls": [
                        {"id": call["id"], "function": call["name"], "arguments": call["arguments"]}
                        for call in calls
                    ],
                }
            case {"event": "tool_result", "id": id, "text": text}:
                yield {
                    "role": "tool",
                    "tool_call_id": id,
                    "function": names.get(id),
                    "content": text,
                    "error": {"type": "unknown", "message": text} if event.get("error") else None,
                }


def _submitted(folder: Path) -> str:
    """What was handed in, each file below its name where there are several."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    if len(files) == 1:
        return texts[0]
    named = zip(files, texts, strict=True)
    return "\n\n".join(f"--- {path.relative_to(folder).as_posix()}\n{text}" for path, text in named)


def _scores(past: Past, record: Record) -> dict[str, Json]:
    """The share of the points first; a criterion of the same name has a prefix."""
    own = {"outcome": record.outcome, "failure": record.failure, "band": record.band, **record.points}
    scores = {"points": _score(record.score, record.reason, own, record.outcome)}
    for id, verdict in record.verdicts.items():
        criterion = past.rubric.criteria.get(id)
        said = Verdict(verdict["verdict"], verdict["reason"], score=verdict.get("score"))
        scale = criterion.scale if criterion else Scale()
        value = LETTERS[said.verdict] if scale.pass_fail else said.scored(scale)
        scores[f"criterion_{id}" if id in scores else id] = _score(value, said.reason, verdict, said.verdict)
    return scores


def _score(value: str | float | None, reason: str, metadata: Mapping[str, Any], said: str) -> Json:
    unclear = said if said in ("unclear", "undecided") else None
    known = float("nan") if value is None else value
    return {"value": known, "answer": said, "explanation": reason, "reason": unclear, "metadata": metadata}


def error_of(message: str, trace: str = "") -> Json:
    return {"message": message, "traceback": trace, "traceback_ansi": trace}


def summed(pairs: Iterable[tuple[str, Usage]]) -> dict[str, Json]:
    """By name, those who used nothing left out."""
    sums: dict[str, Usage] = defaultdict(Usage)
    for name, usage in pairs:
        sums[name] += usage
    return {
        name: {
            **{theirs: getattr(usage, ours) for theirs, ours in TOKENS.items()},
            "total_tokens": usage.tokens,
        }
        for name, usage in sums.items()
        if usage.tokens
    }


def used_of(told: Mapping[str, Json]) -> list[tuple[str, Usage]]:
    """The contrary of `summed`."""
    return [
        (name, Usage(**{ours: tokens[theirs] for theirs, ours in TOKENS.items()}))
        for name, tokens in told.items()
    ]
