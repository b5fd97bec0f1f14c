"""One host, asked politely: what was fetched is kept, requests keep their pace, trouble is waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec
from typing import Any, TypeVar

from engine.bounds import above_zero, at_least, web_address
from toolkits.papers.answer import understood
from toolkits.papers.breaker import Breaker
from toolkits.papers.kept import Kept
from toolkits.papers.pace import Pace
from toolkits.papers.request import Requests, origin
from toolkits.papers.trouble import Trouble

NEEDED = ("httpx", "stamina", "filelock", "pymupdf")
TRIES = 4
T = TypeVar("T")
Check = Callable[[bytes], object]  # raises Trouble for an answer that is none

for noisy in ("httpx", "stamina"):  # the one would log every address, the other warns of every wait
    logging.getLogger(noisy).setLevel(logging.ERROR)


class Web:
    """`gap` seconds lie between requests, each of which may be silent for `seconds` and take four times that;
    trouble is waited for `patience`.

    The key goes into a header and to this host alone, so that no address, file or log holds it.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        key: Mapping[str, str],
        *,
        gap: float,
        seconds: float = 30.0,
        patience: float = 60.0,
    ) -> None:
        if missing := [package for package in NEEDED if not find_spec(package)]:
            raise ValueError(f"{missing[0]} is not installed: pip install 'declarative-evals[papers]'")
        at_least(0, gap=gap)
        above_zero(seconds=seconds, patience=patience)
        web_address(base_url=base_url)
        if not all(value.isascii() and value.isprintable() for value in key.values()):
            raise ValueError("api_key: this holds characters that no key can have")
        self.name, self.base_url, self._patience = name, base_url.rstrip("/"), patience
        self.kept = Kept()
        self._requests = Requests(base_url, key, Pace(name, gap), seconds)
        self._breakers: dict[str, Breaker] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def get(self, path: str, read: Callable[[bytes], T], body: Any = None, **query: str | int) -> T:
        """What `read` makes of the answer to a question below the base URL, a POST where there is a body.

        Raises Trouble. What cannot be read is not kept.
        """
        import httpx

        def check(answer: bytes) -> T:
            with understood():
                return read(answer)

        url = httpx.URL(f"{self.base_url}/{path.lstrip('/')}", params=query or None)
        public = str(url.copy_with(userinfo=b""))
        question = public if body is None else f"{public} {body}"
        return check(await self.once(question, lambda: self.fetched(str(url), check, body)))

    async def once(self, question: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """The kept answer, or a new one; of runs that ask the same at once, one fetches it."""
        async with self._asking.setdefault(question, asyncio.Lock()):
            answer = self.kept.get(question)
            if answer is None:
                try:
                    answer = await make()
                except Trouble as trouble:
                    self.kept.put_trouble(question, trouble)
                    raise
                self.kept.put(question, answer)
            return answer

    async def fetched(self, url: str, check: Check, body: Any = None) -> bytes:
        """Fresh from the network, after as many tries as there is patience for."""
        import stamina

        breaker = self._breakers.setdefault(origin(url), Breaker())
        breaker.check()
        try:
            async for attempt in stamina.retry_context(
                self._wait, attempts=TRIES, timeout=self._patience, wait_initial=0.5, wait_max=20.0
            ):
                with attempt:
                    answer = await self._requests.followed(url, body)
                    check(answer)
        except Trouble as trouble:
            if trouble.temporary:
                breaker.failed()
            else:  # it has answered, if not what we hoped for
                breaker.worked()
            raise
        breaker.worked()
        return answer

    def _wait(self, error: Exception) -> bool | float:
        """Whether to try again, and when: never sooner than was asked for."""
        if not isinstance(error, Trouble) or not error.temporary:
            return False
        after = error.retry_after
        return True if after is None else after if after <= self._patience else False
