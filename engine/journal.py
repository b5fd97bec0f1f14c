"""What an earlier session left of a run, so that nothing is paid for twice."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import is_dataclass
from typing import Any

from engine.model import Request, ToolCall, ToolResult, Turn, Usage

Event = Mapping[str, Any]
FOR_RESUMING = ("raw", "request", "call", "key")  # of an event: what no reader needs


class Journal:
    """Replies by the digest of what was asked, answers of tools by their calls, each taken once.

    Told by the events of a transcript. Replies that were disowned are not among them, but were paid for; nor
    what was masked, which is not what was said. `calls` is how many there were.
    """

    def __init__(self, events: Sequence[Event] = ()) -> None:
        self.begun = bool(events)
        self.calls = 0
        self.submitted: Event | None = None
        self._replies: dict[str, deque[Event]] = defaultdict(deque)
        self._results: dict[str, deque[Event]] = defaultdict(deque)
        self._disowned: list[Event] = []
        for event in events:
            with suppress(KeyError, TypeError):  # not as we write them: of no use
                self._note(event)

    def _note(self, event: Event) -> None:
        match event["event"]:
            case "model_call" if turn(event):
                self.calls = max(self.calls, event["call"] + 1)
                masked = event.get("masked", False)
                (self._disowned if masked else self._replies[event["request"]]).append(event)
            case "disowned":
                for replies in self._replies.values():
                    lost = [reply for reply in replies if reply["call"] in event["calls"]]
                    self._disowned += lost
                    for reply in lost:
                        replies.remove(reply)
            case "tool_result" if not event.get("masked"):
                self._results[event["id"]].append(event)
            case "submitted":
                self.submitted = event

    def reply(self, request: str) -> Event | None:
        """The event of a reply to the request of that digest."""
        return self._replies[request].popleft() if self._replies[request] else None

    def result(self, call: ToolCall) -> Event | None:
        """The event of what a tool answered to it."""
        return self._results[call.id].popleft() if self._results[call.id] else None

    def results(self) -> Iterator[ToolResult]:
        """All answers of tools that were not taken, in their order."""
        for events in self._results.values():
            yield from map(result, events)

    def rest(self) -> Iterable[Event]:
        """The replies that were not taken."""
        return [*self._disowned, *(event for events in self._replies.values() for event in events)]


def paid(events: Iterable[Event]) -> Usage:
    """What the replies of a run cost."""
    total = Usage()
    for event in events:
        with suppress(KeyError, TypeError):
            total += turn(event).usage if event["event"] == "model_call" else Usage()
    return total


def digest(model: str, request: Request) -> str:
    """Of all that a reply depends on, but for the model's settings."""
    text = json.dumps([model, request], sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(part: object) -> object:
    """Without what a turn cost, which no model is told."""
    if not is_dataclass(part):
        return str(part)
    fields = {name: value for name, value in vars(part).items() if name != "usage"}
    return {type(part).__name__: fields}


def told(turn: Turn) -> dict[str, Any]:
    """A turn as an event has it."""
    calls = [
        {"id": call.id, "name": call.name, "arguments": dict(call.arguments), "problem": call.problem}
        for call in turn.calls
    ]
    return {
        "thinking": turn.thinking,
        "text": turn.text,
        "calls": calls,
        "stop": turn.stop,
        "usage": vars(turn.usage),
        "raw": turn.raw,
    }


def turn(event: Event) -> Turn:
    """The turn that an event tells of. Raises KeyError or TypeError where it tells of none."""
    return Turn(
        event["text"],
        tuple(ToolCall(**call) for call in event["calls"]),
        event["stop"],
        Usage(**event["usage"]),
        event["thinking"],
        event["raw"],
    )


def result(event: Event) -> ToolResult:
    return ToolResult(event["id"], event["text"], event["error"], event.get("misfit", False))
