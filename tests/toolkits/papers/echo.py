"""A server that tells what it was asked, and who asks it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from tests.toolkits.papers.serving import Asked, Site
from toolkits.papers.kept import Kept
from toolkits.papers.web import Web

KEY = "s3cr3t-k3y"


class Echo(Site):
    """Tells what it was asked; `ways` are other answers by path."""

    ways: dict[str, Callable[[], web.Response | Awaitable[web.Response]]]

    async def reply(self, asked: Asked) -> web.Response:
        if way := getattr(self, "ways", {}).get(asked.path):
            found = way()
            return found if isinstance(found, web.Response) else await found
        return web.json_response({"path": asked.path, "query": dict(asked.query), "body": asked.body})

    def error(self, status: int, message: str) -> dict[str, str]:
        return {"message": message}


def asking(server: Site, cache: Path, **options: object) -> Web:
    fields = {"gap": 0.0, "seconds": 2.0, "patience": 5.0, **options}
    found = Web("echo", server.url, {"x-api-key": KEY}, **fields)
    found.kept = Kept(str(cache))
    return found


def going(address: str) -> Callable[[], web.Response]:
    return lambda: web.Response(status=302, headers={"Location": address})
