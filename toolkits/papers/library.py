"""The sources together: asked in their order, what they say merged, trouble told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from toolkits.papers.identifier import PaperId
from toolkits.papers.kept import Kept
from toolkits.papers.paper import Paper, Part, Section, without_doubles
from toolkits.papers.source import Source
from toolkits.papers.trouble import Trouble, Unsupported

T = TypeVar("T")


class Nowhere(Exception):
    """No source had an answer; `troubles` says why, by source."""

    def __init__(self, troubles: Mapping[str, Trouble]) -> None:
        super().__init__("; ".join(f"{name} {trouble}" for name, trouble in troubles.items()))
        self.troubles = troubles


class Library:
    """An actor. `sources` are asked as they stand, or in the `order` given, which may leave some out.

    `cache` is the folder where answers are kept, None the user's own; `offline` answers from there alone.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        order: Sequence[str] | None = None,
        cache: str | None = None,
        offline: bool = False,
    ) -> None:
        sources = {name: source for name, source in sources.items() if source}
        named = list(sources) if order is None else list(order)
        if unknown := [name for name in named if name not in sources]:
            raise ValueError(f"order: there is no source {unknown[0]!r}; there are: {', '.join(sources)}")
        if not named:
            raise ValueError("sources: at least one is needed")
        self.sources = {name: sources[name] for name in named}
        for source in self.sources.values():
            source.keep(Kept(cache, offline))

    async def search(self, query: str, limit: int) -> tuple[list[Paper], dict[str, Trouble]]:
        """Papers from as many sources as it takes, and the trouble with those that failed. Raises Nowhere."""
        found: list[Paper] = []
        troubles: dict[str, Trouble] = {}
        for name, source in self.sources.items():
            try:
                found = without_doubles([*found, *await source.search(query, limit)])
            except Trouble as trouble:
                troubles[name] = trouble
            if len(found) >= limit:
                break
        if not found and len(troubles) == len(self.sources):
            raise Nowhere(troubles)
        return found[:limit], troubles

    async def paper(self, id: PaperId) -> Paper:
        """What the first source says; of what it lacks (abstract, tldr) the next. Raises Nowhere.

        Those that do not know papers by such an id come last, and are asked by one that the others told.
        """
        found: Paper | None = None
        troubles: dict[str, Trouble] = {}
        for name, source in sorted(self.sources.items(), key=lambda each: id.kind not in each[1].kinds):
            try:
                paper = await source.paper(_by(source, id, found))
            except Trouble as trouble:
                troubles[name] = trouble
                continue
            found = found.merged(paper) if found else paper
            if found.abstract and found.tldr:
                break
        if found is None:
            raise _nowhere(troubles)
        return found

    async def references(self, id: PaperId, limit: int) -> Sequence[Paper]:
        """Papers that it cites, by the first source that knows. Raises Nowhere."""

        async def cited(source: Source, known: PaperId) -> Sequence[Paper]:
            if papers := await source.references(known, limit):
                return papers
            raise Unsupported(
                "knows no references of this paper", "read its introduction, which names earlier work"
            )

        return await self._first(id, cited)

    async def part(self, id: PaperId, part: Part) -> Section:
        """A part of its text, by the first source that has it. Raises Nowhere."""
        return await self._first(id, lambda source, known: source.part(known, part))

    async def _first(self, id: PaperId, ask: Callable[[Source, PaperId], Awaitable[T]]) -> T:
        troubles: dict[str, Trouble] = {}
        for name, source in self.sources.items():
            try:
                return await ask(source, await self._known(source, id))
            except Trouble as trouble:
                troubles[name] = trouble
        raise _nowhere(troubles)

    async def _known(self, source: Source, id: PaperId) -> PaperId:
        """The paper as that source knows it."""
        if id.kind in source.kinds:
            return id
        try:
            return _by(source, id, await self.paper(id))
        except Nowhere:
            return id


def _by(source: Source, id: PaperId, paper: Paper | None) -> PaperId:
    """What to ask a source by: the id itself, or, where that says nothing to it, another of the paper."""
    if id.kind in source.kinds or paper is None:
        return id
    return next((PaperId(kind, paper.ids[kind]) for kind in source.kinds if kind in paper.ids), id)


def _nowhere(troubles: Mapping[str, Trouble]) -> Nowhere:
    """What a source never has is of interest only where there is nothing else to say."""
    told = {name: each for name, each in troubles.items() if not isinstance(each, Unsupported)}
    return Nowhere(told or troubles)
