"""The events of one run as they happen, and what its model calls used."""

from __future__ import annotations

import asyncio
import errno
import itertools
import json
import os
from collections import Counter
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
        self.keeping = self._calls.keeping
        self._times: Counter[str] = Counter()  # that a request was asked, by its digest
        self._numbers = itertools.count(self.past.calls)
        self._given: dict[int, tuple[Turn, int, str]] = {}  # by id(): number and cache key of each reply
        self._scrubbed = scrubber()

    def write(self, event: str, **fields: Any) -> Event:
        """Returns it as it was written: scrubbed, and `masked` where that changed it."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        shown = self._scrubbed(fields)
        masked = {} if shown == fields else {"masked": True}
        entry = {"event": event, "time": now, **shown, **masked}
        # Half a surrogate pair, which a model may well send, becomes the JSON escape that it is.
        line = json.dumps(entry, ensure_ascii=False, default=str) + "\n"
        with self.keeping():
            self._append(line.encode("utf-8", "backslashreplace"))
        if self._echo:
            self._echo(self.run, entry)
        return entry

    async def ask(self, role: Role, model: Model, request: Request) -> Turn:
        """Have the model reply, and keep what was said and what it cost before anything comes of it.

        Raises Void("provider"), or Stopped. A refusal may be a whim: it is believed where it is repeated.
        """
        asked = digest(model.id, request)
        for _ in range(REFUSALS):
            self._times[asked] += 1
            turn = self._answered(role, asked) or await self._ask(role, model, request, asked)
            if turn.stop != "refusal":
                break
        return turn

    def disown(self, turns: Iterable[Turn]) -> None:
        """Replies that nobody could use are not to be taken again, if the run is."""
        lost = [self._given[id(turn)] for turn in turns]
        self.write("disowned", calls=[number for _, number, _ in lost])
        for _, _, key in lost:
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
        self._given[id(turn)] = (turn, event["call"], event["key"])
        return turn

    async def _ask(self, role: Role, model: Model, request: Request, asked: str) -> Turn:
        cached = role in self._calls.cache.roles
        key = reply_key(model, asked, self.run, self._times[asked]) if cached else ""
        number, messages = next(self._numbers), len(request.messages)
        fields = {"call": number, "role": role, "model": model.id, "messages": messages}
        fields |= {"request": asked, "key": key}
        if key and (found := self._calls.cache.get(key)):
            said = {**found, "usage": vars(Usage())}
            self.write("model_call", **fields, seconds=0.0, cached=True, **said)
            turn = journal.turn(said)
        else:
            clock = self.clock if role != "judge" else Clock()
            turn = await self._calls.ask(model, request, partial(self._keep, fields), clock)
        self._given[id(turn)] = (turn, number, key)
        return turn

    async def _keep(self, fields: Event, turn: Turn, seconds: float) -> None:
        said = journal.told(turn)
        self.usage[fields["role"]] += turn.usage
        written = self.write("model_call", **fields, seconds=round(seconds, 3), **said)
        with self.keeping():
            await asyncio.to_thread(self._sync)
        if fields["key"] and "masked" not in written:
            self._calls.cache.put(fields["key"], said)

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
