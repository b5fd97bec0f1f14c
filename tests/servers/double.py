"""What the doubles share: a loopback server that judges each request, then answers or fails on order."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from .replies import Block, Failure, Reply

Answer = Reply | Failure | list[Block]
Respond = Callable[[dict[str, Any]], Any]  # from a body to an Answer, or to an awaitable of one
_LARGEST = 256 * 2**20
_ROUNDS = 5


@dataclass
class Received:
    """One request as it came."""

    body: dict[str, Any]
    headers: Mapping[str, str]


class Double:
    """`async with` serves in this loop, `with` in a thread of its own.

    `respond` is asked what to answer to each valid request; `failures` come first, one a request.
    `requests` are all that came, `invalid` the complaints about those that were refused, `most_open`
    how many were being answered at once.
    """

    path: str

    def __init__(self, respond: Respond, *, failures: Iterable[Failure] = (), seconds: float = 0.0) -> None:
        self.respond = respond
        self.failures = list(failures)
        self.seconds = seconds
        self.requests: list[Received] = []
        self.invalid: list[list[str]] = []
        self.url = ""
        self.most_open = 0
        self._open = 0

    def complaints(self, headers: Mapping[str, str], body: Any) -> list[str]:
        raise NotImplementedError

    def error(self, status: int, message: str) -> dict[str, Any]:
        """The body of an error."""
        raise NotImplementedError

    def beginning(self) -> bytes:
        """Of an answer that is streamed, all but its end."""
        raise NotImplementedError

    async def answer(self, request: web.Request, body: dict[str, Any], reply: Reply) -> web.StreamResponse:
        raise NotImplementedError

    def settle(self) -> None:
        """Have all answered that was sent by those who are gone. For who uses `with`."""
        asyncio.run_coroutine_threadsafe(self._settled(), self._loop).result()

    async def _settled(self) -> None:
        quiet = 0
        while quiet < _ROUNDS:
            await asyncio.sleep(0.005)  # what has come is accepted and read in these rounds of the loop
            quiet = 0 if self._open else quiet + 1

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self._open += 1
        self.most_open = max(self.most_open, self._open)
        try:
            return await self._judge(request)
        finally:
            self._open -= 1

    async def _judge(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError as error:
            body = f"not JSON: {error}"
        self.requests.append(Received(body, request.headers))
        wrong = self.complaints(request.headers, body)
        if wrong:
            self.invalid.append(wrong)
            return self._refuse(_status(wrong), "; ".join(wrong))
        await asyncio.sleep(self.seconds)
        answer = self.failures.pop(0) if self.failures else self.respond(body)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, Failure) and answer.kind != "cut":
            return await self._fail(request, answer)
        if isinstance(answer, Failure):
            return await self._cut(request)
        return await self.answer(request, body, answer if isinstance(answer, Reply) else Reply(answer))

    def _refuse(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
        sent = {"request-id": f"req_{len(self.requests):06}", **(headers or {})}
        return web.json_response(self.error(status, message), status=status, headers=sent)

    async def _fail(self, request: web.Request, failure: Failure) -> web.StreamResponse:
        match failure.kind:
            case "hang":
                await _gone(request)
            case "torn" | "closed" | "overloaded":
                return await self._streamed(request, failure.kind)
            case "reset" if request.transport:
                request.transport.abort()
            case "malformed":
                return web.Response(text='{"id": "msg_1", "type": "mess', content_type="application/json")
            case "alien":
                return web.json_response({"greeting": "hello"})
            case "html":
                return web.Response(text="<h1>Welcome to nginx!</h1>", content_type="text/html")
        return self._refuse(failure.status or 500, "failed on order", failure.headers)

    async def _streamed(self, request: web.Request, kind: str) -> web.StreamResponse:
        """A stream that does not come to its end. Who asked for none gets an answer that is cut off."""
        if not (json.loads(await request.read())).get("stream"):
            return await self._cut(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b'event: ping\ndata: {"type": "ping"}\n\n')
        if kind == "overloaded":
            error = json.dumps(self.error(529, "failed on order"))
            await response.write(f"event: error\ndata: {error}\n\n".encode())
        elif kind == "closed":
            await response.write(self.beginning())
        elif request.transport:
            request.transport.abort()
        return response

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"id": ')
        if request.transport:
            request.transport.abort()
        return response

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post(self.path, self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.__aenter__(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.__aexit__(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _gone(request: web.Request) -> None:
    """Until nobody waits for an answer any more."""
    while request.transport and not request.transport.is_closing():  # noqa: ASYNC110  it has no event
        await asyncio.sleep(0.02)


def _status(wrong: list[str]) -> int:
    if "headers: no key" in wrong:
        return 401
    return 404 if any(complaint.endswith("not found") for complaint in wrong) else 400
