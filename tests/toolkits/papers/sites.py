"""All three sites at once, and the sources that ask them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.servers.arxiv import ArxivServer
from tests.servers.openalex import OpenAlexServer
from tests.servers.semantic_scholar import SemanticScholarServer
from toolkits.papers.library import Library
from toolkits.papers.source import Source
from toolkits.papers.sources.arxiv import Arxiv
from toolkits.papers.sources.openalex import OpenAlex
from toolkits.papers.sources.semantic_scholar import SemanticScholar

KINDS = {
    "semantic_scholar": (SemanticScholarServer, SemanticScholar),
    "arxiv": (ArxivServer, Arxiv),
    "openalex": (OpenAlexServer, OpenAlex),
}


class Sites:
    """The servers by name, and libraries over them."""

    def __init__(self, servers: Mapping[str, Any]) -> None:
        self.servers = servers

    def sources(self) -> dict[str, Source]:
        return {name: KINDS[name][1](server.url, gap=0) for name, server in self.servers.items()}

    def library(self, **options: Any) -> Library:
        return Library(self.sources(), **options)

    @property
    def asked(self) -> dict[str, int]:
        """How many requests each has had."""
        return {name: len(server.asked) for name, server in self.servers.items()}

    @property
    def invalid(self) -> list[list[str]]:
        return [wrong for server in self.servers.values() for wrong in server.invalid]


@asynccontextmanager
async def sites(**options: Mapping[str, Any]) -> AsyncIterator[Sites]:
    """`options` are those of the servers, by name."""
    servers = {name: kinds[0](**options.get(name, {})) for name, kinds in KINDS.items()}
    async with AsyncExitStack() as stack:
        for server in servers.values():
            await stack.enter_async_context(server)
        yield Sites(servers)
