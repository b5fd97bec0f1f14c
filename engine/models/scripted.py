"""A model that says what it was told to: for tests, and for trying the engine without a key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

from engine.bounds import at_least
from engine.model import Message, Price, Request, Results, Stop, ToolCall, Turn, Usage, User
from engine.traffic import Traffic

CONNECTIONS = 10_000  # nobody is asked, so none is too many
_CHARACTERS_A_TOKEN = 4
_WORDS = {"text": str, "calls": Sequence, "stop": str, "thinking": str}
_KINDS: dict[type, str] = {str: "a text", Sequence: "a list", Mapping: "a mapping"}
_CALL = {"name": str, "arguments": Mapping}


class Scripted:
    """Reply number n of a conversation is `replies[n]`; past the end, the last one again.

    A reply is a mapping {text, calls: [{name, arguments}], stop, thinking}, all optional. Its place follows
    from the conversation alone, so one instance serves any number of runs. `seconds` is how long each takes.
    """

    def __init__(
        self,
        replies: Sequence[Mapping[str, Any]],
        seconds: float = 0.0,
        id: str = "scripted",
    ) -> None:
        if not replies:
            raise ValueError(f"replies: at least one is needed, each a mapping of {', '.join(_WORDS)}")
        for number, reply in enumerate(replies):
            _check(reply, f"replies[{number}]")
        at_least(0, seconds=seconds)
        self.id = id
        self.price = Price()
        self.traffic = Traffic(max_connections=CONNECTIONS)
        self.replies = tuple(replies)
        self.seconds = seconds

    def missing(self) -> str | None:
        return None

    def notice(self, today: date) -> str | None:  # noqa: ARG002 - the protocol's
        return None

    def priced(self) -> bool:
        return True

    def thinks(self) -> bool:
        return True

    async def reply(self, request: Request) -> Turn:
        await asyncio.sleep(self.seconds)
        place = sum(isinstance(message, Turn) for message in request.messages)
        script = self.replies[min(place, len(self.replies) - 1)]
        calls = tuple(
            ToolCall(f"call_{place}_{number}", call["name"], call.get("arguments", {}))
            for number, call in enumerate(script.get("calls", ()))
        )
        text, thinking = script.get("text", ""), script.get("thinking", "")
        said = text + thinking + "".join(str(call.arguments) for call in calls)
        usage = Usage(input=_tokens(_heard(request)), output=_tokens(said))
        return Turn(text, calls, script.get("stop", "tools" if calls else "end"), usage, thinking)

    async def close(self) -> None:
        """Hold nothing, so give nothing back."""


def _check(reply: Any, key: str) -> None:
    _holds(reply, _WORDS, key)
    for number, call in enumerate(reply.get("calls", ())):
        _holds(call, _CALL, f"{key}.calls[{number}]")
        if not call.get("name"):
            raise ValueError(f"{key}.calls[{number}].name: this is missing and needs a value")
    if reply.get("stop", "end") not in get_args(Stop):
        raise ValueError(f"{key}.stop={reply['stop']}: this must be one of {', '.join(get_args(Stop))}")


def _holds(part: Any, words: Mapping[str, type], key: str) -> None:
    """A mapping with these words only, each of its kind."""
    if not isinstance(part, Mapping):
        raise ValueError(f"{key}={part}: this must be a mapping of {', '.join(words)}")
    for word, value in part.items():
        if word not in words:
            raise ValueError(f"{key}.{word}: there is no such word; there are: {', '.join(words)}")
        kind = words[word]
        if not isinstance(value, kind) or (kind is Sequence and isinstance(value, str)):
            raise ValueError(f"{key}.{word}={value}: this must be {_KINDS[kind]}")


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_A_TOKEN)


def _heard(request: Request) -> str:
    return request.system + "".join(_text(message) for message in request.messages)


def _text(message: Message) -> str:
    match message:
        case User():
            return "".join(message.parts)
        case Results():
            return "".join(result.text for result in message.results) + message.note
        case Turn():
            return message.text + "".join(str(call.arguments) for call in message.calls)
