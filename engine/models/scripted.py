"""A model that says what it was told to: for tests, and for trying the engine without a key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.errors import Refused
from engine.model import Message, Request, Results, ToolCall, Turn, Usage, User

_CHARACTERS_A_TOKEN = 4
_WORDS = frozenset({"text", "calls", "stop", "thinking"})


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
        unknown = {word for reply in replies for word in reply} - _WORDS
        if not replies or unknown:
            raise Refused(f"scripted replies: at least one, each of {sorted(_WORDS)}; got {sorted(unknown)}")
        self.id = id
        self.replies = tuple(replies)
        self.seconds = seconds

    def missing(self) -> str | None:
        return None

    def notice(self, today: date) -> str | None:  # noqa: ARG002 - the protocol's
        return None

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
