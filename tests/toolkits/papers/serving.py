"""What the servers of papers share: each request is judged, recorded with its times, answered or failed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.servers.double import Double
from tests.servers.replies import Failure
from tests.toolkits.papers.works import WORKS

PAGE = "<!DOCTYPE html><html><body><h1>{}</h1></body></html>"


@dataclass
class Asked:
    """One request as it came, and when it began and ended."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    began: float
    ended: float = 0.0


class Wrong(Exception):
    """A request that the API would not take."""


class Site(Double):
    """`failures` come first, one a request; `key` is what must be shown, None where anybody may ask.

    `asked` are all requests; `invalid` says what was wrong with those that were refused.
    """

    def __init__(
        self,
        works: Iterable[Any] = WORKS,
        *,
        failures: Iterable[Failure] = (),
        seconds: float = 0.0,
        key: str | None = None,
    ) -> None:
        super().__init__(lambda _: [], failures=failures, seconds=seconds)
        self.works = tuple(works)
        self.key = key
        self.asked: list[Asked] = []

    async def reply(self, asked: Asked) -> web.Response:
        """Raises Wrong."""
        raise NotImplementedError

    def wrong(self, reason: str) -> web.Response:
        """How a wrong request is refused."""
        raise NotImplementedError

    async def _judge(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        query = dict(request.query)
        asked = Asked(request.method, request.path, query, request.headers, body, time.time())
        self.asked.append(asked)
        try:
            return await self._answered(request, asked)
        finally:
            asked.ended = time.time()

    async def _answered(self, request: web.Request, asked: Asked) -> web.StreamResponse:
        await asyncio.sleep(self.seconds)
        if self.failures:
            failure = self.failures.pop(0)
            return await (self._cut(request) if failure.kind == "cut" else self._fail(request, failure))
        try:
            return await self.reply(asked)
        except Wrong as wrong:
            self.invalid.append([str(wrong)])
            return self.wrong(str(wrong))

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        return app

    async def __aenter__(self) -> Site:
        self._runner = web.AppRunner(self.application(), shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self


def page(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=PAGE.format(words), content_type="text/html")


def known(asked: Asked, *names: str) -> None:
    """Only these parameters may be there."""
    if unknown := sorted(set(asked.query) - set(names)):
        raise Wrong(f"unknown parameters: {', '.join(unknown)}")


def number(asked: Asked, name: str, default: int, least: int, most: int) -> int:
    said = asked.query.get(name, str(default))
    if not said.isdecimal() or not least <= int(said) <= most:
        raise Wrong(f"{name}={said}: from {least} to {most}")
    return int(said)


def chosen(asked: Asked, name: str, allowed: Iterable[str]) -> list[str]:
    """A list of fields, each of which there is."""
    said = asked.query[name].split(",") if name in asked.query else []
    if unknown := sorted(set(said) - set(allowed)):
        raise Wrong(f"{name}: there is no {', '.join(unknown)}")
    return said


def only(wanted: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Those of the fields that were asked for."""
    return {name: wanted[name] for name in fields}
