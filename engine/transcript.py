"""The events of one run as they happen, and what its model calls used."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

from engine import journal
from engine.cache import reply_key
from engine.calls import Calls
from engine.clock import Clock
from engine.journal import Event, Journal, digest
from engine.model import Model, Request, Turn, Usage
from engine.secrets import scrubber

Role = Literal["agent", "judge", "reader"]
ROLES: tuple[Role, ...] = get_args(Role)
Echo = Callable[[int, Mapping[str, Any]], None]
REFUSALS = 3  # in a row, until one is believed


class Transcript:
    """One JSON line an event, written as it happens; `echo` is told of each as well.

    It is the journal of the run, too: what `past`, an earlier session, was answered is not asked again.
    What the cache of `calls` holds is not paid for again either. `usage` sums the model calls of the run by
    role, those of an earlier session as they are come upon. `clock` has the time that the agent used. No
    secret of the environment is written.
    """

    def __init__(
        self,
        run: int,
        path: Path,
        echo: Echo | None = None,
        calls: Calls | None = None,
        past: Journal | None = None,
    ) -> None:
        self.run = run
        self.past = past or Journal()
        self.clock = Clock()
        self.usage: dict[Role, Usage] = {role: Usage() for role in ROLES}
        self._path = path
        self._echo = echo
        self._calls = calls or Calls()
        self._asked: dict[str, list[str]] = defaultdict(list)
        self._scrubbed = scrubber()

    def write(self, event: str, **fields: Any) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = {"event": event, "time": now, **self._scrubbed(fields)}
        # Half a surrogate pair, which a model may well send, becomes the JSON escape that it is.
        line = json.dumps(entry, ensure_ascii=False, default=str) + "\n"
        self._append(line.encode("utf-8", "backslashreplace"))
        if self._echo:
            self._echo(self.run, entry)

    async def ask(self, role: Role, model: Model, request: Request) -> Turn:
        """Have the model reply, and keep what was said and what it cost before anything comes of it.

        Raises Void("provider"), or Stopped. A refusal may be a whim: it is believed where it is repeated.
        """
        asked = digest(model.id, request)
        for _ in range(REFUSALS):
            self._asked[asked].append(reply_key(model, asked, self.run, len(self._asked[asked])))
            turn = self._answered(role, asked) or await self._ask(role, model, request, asked)
            if turn.stop != "refusal":
                break
        return turn

    def disown(self, model: Model, requests: Iterable[Request]) -> None:
        """Replies that nobody could use are not to be taken again, if the run is."""
        asked = [digest(model.id, request) for request in requests]
        self.write("disowned", requests=asked)
        for key in (key for each in asked for key in self._asked[each]):
            self._calls.cache.drop(key)

    def settle(self) -> None:
        """Count what an earlier session paid for and this one had no need of."""
        for event in self.past.rest():
            self.usage[event["role"]] += journal.turn(event).usage

    def _answered(self, role: Role, asked: str) -> Turn | None:
        event = self.past.reply(asked)
        if event is None:
            return None
        turn = journal.turn(event)
        self.usage[role] += turn.usage
        self._charge(role, event["seconds"])
        return turn

    async def _ask(self, role: Role, model: Model, request: Request, asked: str) -> Turn:
        fields = {"role": role, "model": model.id, "messages": len(request.messages), "request": asked}
        key = self._asked[asked][-1] if role in self._calls.cache.roles else ""
        if key and (found := self._calls.cache.get(key)):
            said = {**found, "usage": vars(Usage())}
            self.write("model_call", **fields, seconds=0.0, cached=True, **said)
            return journal.turn(said)
        clock = self.clock if role != "judge" else Clock()
        return await self._calls.ask(model, request, partial(self._keep, fields, key), clock)

    async def _keep(self, fields: Event, key: str, turn: Turn, seconds: float) -> None:
        said = journal.told(turn)
        self.usage[fields["role"]] += turn.usage
        self.write("model_call", **fields, seconds=round(seconds, 3), **said)
        await asyncio.to_thread(self._sync)
        if key:
            self._calls.cache.put(key, self._scrubbed(said))

    def _append(self, line: bytes) -> None:
        """All of it or nothing, so that the next line is not spoilt. Raises OSError."""
        with self._opened() as file:
            size = os.fstat(file).st_size
            try:
                if os.write(file, line) < len(line):
                    raise OSError(errno.ENOSPC, "no space left for an event", str(self._path))
            except OSError:
                os.ftruncate(file, size)
                raise

    def _sync(self) -> None:
        with self._opened() as file:
            os.fsync(file)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            yield file
        finally:
            os.close(file)

    def _charge(self, role: Role, seconds: float) -> None:
        if role != "judge":
            self.clock.charge(seconds)
