"""The events of one run as they happen, and what its model calls used."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from engine.model import Model, Request, Turn, Usage
from engine.secrets import scrubbed

Role = Literal["agent", "judge", "reader"]
ROLES: tuple[Role, ...] = get_args(Role)
Echo = Callable[[int, Mapping[str, Any]], None]


class Transcript:
    """One JSON line an event, written as it happens; `echo` is told of each as well.

    `usage` sums the model calls of the run by role. No secret of the environment is written.
    """

    def __init__(self, run: int, path: Path, echo: Echo | None = None) -> None:
        self.run = run
        self.usage: dict[Role, Usage] = {role: Usage() for role in ROLES}
        self._path = path
        self._echo = echo

    def write(self, event: str, **fields: Any) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = {"event": event, "time": now, **scrubbed(fields)}
        # Half a surrogate pair, which a model may well send, becomes the JSON escape that it is.
        line = json.dumps(entry, ensure_ascii=False, default=str) + "\n"
        with self._path.open("ab", buffering=0) as file:
            file.write(line.encode("utf-8", "backslashreplace"))
        if self._echo:
            self._echo(self.run, entry)

    async def ask(self, role: Role, model: Model, request: Request) -> Turn:
        """Have the model reply, and keep what was said and what it cost. Raises Void("provider")."""
        started = time.monotonic()
        turn = await model.reply(request)
        self.usage[role] += turn.usage
        self.write(
            "model_call",
            role=role,
            model=model.id,
            seconds=round(time.monotonic() - started, 3),
            messages=len(request.messages),
            thinking=turn.thinking,
            text=turn.text,
            calls=[
                {"id": call.id, "name": call.name, "arguments": dict(call.arguments)} for call in turn.calls
            ],
            stop=turn.stop,
            usage=vars(turn.usage),
        )
        return turn
