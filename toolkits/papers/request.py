"""One HTTP request after another: whose pace it keeps, who sees the key, how much of an answer is read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from toolkits.papers.answer import ELSEWHERE, content
from toolkits.papers.pace import Pace
from toolkits.papers.trouble import Absent, Trouble

if TYPE_CHECKING:
    import ssl

    import httpx

MOST = 50_000_000  # bytes of an answer
REDIRECTS = 5
AGENT = "declarative-evals (research; one polite client)"
ARXIV = 3.0  # seconds that arXiv wants between requests, whichever source sends us there
LATER = f"try again later, or {ELSEWHERE}"


class Requests:
    """To `base_url`, which alone sees the `key`, and to wherever it sends us.

    Each may be silent for `seconds`, and take four times that.
    """

    def __init__(self, base_url: str, key: Mapping[str, str], pace: Pace, seconds: float) -> None:
        self._own, self._key = origin(base_url), key
        self._pace, self._seconds = pace, seconds

    async def followed(self, url: str, body: Any) -> bytes:
        """The content at that address or where it sends us. Raises Trouble."""
        for _ in range(REDIRECTS):
            if not url.startswith(("http://", "https://")):
                break
            answer = await self._asked(url, body)
            if isinstance(answer, bytes):
                return answer
            url = answer
        raise Absent("sends from one address to the next, and to no text", ELSEWHERE)

    async def _asked(self, url: str, body: Any) -> bytes | str:
        """The content, or where to go for it."""
        import httpx

        try:
            async with (
                self.pace_of(url).turn(),
                asyncio.timeout(4 * self._seconds),
                httpx.AsyncClient(timeout=self._seconds, verify=_trusted()) as client,
            ):
                return await self._answered(client, url, body)
        except httpx.InvalidURL as error:
            raise Absent("sends to something that is no address", ELSEWHERE) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise Trouble(f"cannot be reached ({type(error).__name__})", LATER, temporary=True) from error

    async def _answered(self, client: httpx.AsyncClient, url: str, body: Any) -> bytes | str:
        """The key goes to its own host only."""
        key = self._key if origin(url) == self._own else {}
        headers = {"User-Agent": AGENT, **key}
        request = client.build_request("GET" if body is None else "POST", url, headers=headers, json=body)
        response = await client.send(request, stream=True)
        try:
            if response.next_request is not None:
                return str(response.next_request.url)
            return content(response, await _read(response))
        finally:
            await response.aclose()

    def pace_of(self, url: str) -> Pace:
        """Texts lie with others than who knows of them, and often with arXiv."""
        elsewhere = origin(url) != self._own
        to_arxiv = f".{origin(url).rpartition('/')[2]}".endswith(".arxiv.org")
        return Pace("arxiv", ARXIV) if elsewhere and to_arxiv else self._pace


def origin(url: str) -> str:
    """Scheme, host and port: whom an address speaks to."""
    import httpx

    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return url
    return f"{parts.scheme}://{parts.netloc.decode()}"


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: it takes longer than a request."""
    import httpx

    return httpx.create_ssl_context()


async def _read(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > MOST:
            raise Absent(f"answered with more than {MOST // 1_000_000} MB", ELSEWHERE)
    return b"".join(parts)
