"""One run on the terminal: what came of it, and what was said, turn by turn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from engine.record import Record
from engine.report.terminal import line
from engine.visible import visible

Event = Mapping[str, Any]
Line = tuple[str, str]  # style, text
STYLES = {"pass": "green", "fail": "red", "unclear": "yellow"}
QUIET = ("event", "time", "id")


def print_run(
    console: Console,
    record: Record | None,
    events: Sequence[Event],
    turn: int | None = None,
    pattern: re.Pattern[str] | None = None,
) -> bool:
    """All of it, or one turn, or the lines in which a pattern is found. False where there is nothing."""
    turns = list(_turns(events))
    chosen = [(number, each) for number, each in turns if turn is None or number == turn]
    lines = [(number, styled) for number, each in chosen for event in each for styled in _told(event)]
    if pattern:
        lines = [(number, (style, text)) for number, (style, text) in lines if pattern.search(text)]
        for number, (style, text) in lines:
            console.print(Text(f"turn {number}: {text.strip()}", style), soft_wrap=True)
        return bool(lines)
    if record and turn is None:
        console.print(line(record))
        for id, verdict in record.verdicts.items():
            console.print(_verdict(id, verdict))
        console.print()
    for _, (style, text) in lines:
        console.print(Text(text, style), soft_wrap=True)
    return bool(lines) or turn is None


def _verdict(id: str, verdict: Mapping[str, Any]) -> Text:
    """Its decision and score, the reason, and what is quoted for it."""
    score = "" if verdict.get("score") is None else f" {verdict['score']:.3g}"
    text = Text(f"{id}: ")
    text.append(f"{verdict['verdict']}{score}", STYLES.get(verdict["verdict"], ""))
    text.append(f"  {visible(' '.join(verdict['reason'].split()))}")
    for evidence in verdict.get("evidence", ()):
        place = f"{evidence['file']}:{evidence['line']}" if evidence.get("line") else evidence.get("file", "")
        text.append(f"\n    {visible(place)}  {visible(evidence['quote'])}", "dim")
    return text


def _turns(events: Sequence[Event]) -> Iterator[tuple[int, list[Event]]]:
    """What comes before the agent's first reply is turn 0; what follows its last belongs to that."""
    number, each = 0, list[Event]()
    for event in events:
        if event["event"] == "model_call" and event.get("role") == "agent":
            yield number, each
            number, each = number + 1, []
        each.append(event)
    yield number, each


def _told(event: Event) -> Iterator[Line]:
    """An event as lines: a heading, and what it says below."""
    match event["event"]:
        case "model_call":
            yield from _call(event)
        case "tool_call":
            return
        case "tool_result":
            yield (
                "bold red" if event.get("error") else "bold",
                "  tool answers" + " an error" * event["error"],
            )
            yield from _text(event["text"], "")
        case "verdict":
            return
        case name:
            said = {key: str(value) for key, value in event.items() if key not in QUIET and value}
            brief = ", ".join(f"{key} {value}" for key, value in said.items() if "\n" not in value)
            yield "bold", f"{name}  {visible(brief)}".rstrip()
            for key, value in said.items():
                if "\n" in value:
                    yield from _text(f"{key}: {value}", "")


def _call(event: Event) -> Iterator[Line]:
    usage = event["usage"]
    tokens = f"{usage['input'] + usage['cache_read'] + usage['cache_write']:,} in, {usage['output']:,} out"
    yield (
        "bold cyan",
        f"{event['role']}  {event['model']}  {event['seconds']:.1f} s  {tokens}  {event['stop']}",
    )
    if event["thinking"]:
        yield "italic dim", "  thinking"
        yield from _text(event["thinking"], "italic dim")
    yield from _text(_laid_out(event["text"]), "")
    for call in event["calls"]:
        yield "bold", f"  calls {visible(call['name'])}"
        for name, value in call["arguments"].items():
            told = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
            yield from _text(f"{name}: {told}", "")


def _laid_out(text: str) -> str:
    """A JSON document, as judges answer, over several lines; anything else as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def _text(text: str, style: str) -> Iterator[Line]:
    yield from ((style, f"    {visible(each)}") for each in str(text).split("\n") if text)
