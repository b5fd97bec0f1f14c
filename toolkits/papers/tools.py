"""The five tools: each answers compact JSON, or an error that says what to try instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from engine.agent import Attempt
from engine.model import Model
from engine.tool import ToolError
from toolkits.length import length
from toolkits.papers.answer import ELSEWHERE
from toolkits.papers.identifier import ACCEPTED, PaperId
from toolkits.papers.library import Library, Nowhere
from toolkits.papers.paper import Part, Section
from toolkits.papers.reader import Reader
from toolkits.papers.trouble import Trouble

ID = {"type": "string", "minLength": 1, "description": f"the paper: {ACCEPTED}"}
CITED = 100  # references that one call may ask for


class WebSearch:
    """`characters` is how much of an abstract a result shows."""

    description = (
        "Search for papers. You get for each: paper_id (for the other tools), title, authors, year, and what "
        "is known of tldr and abstract. Use a few telling words, such as a method's name, not a sentence."
    )
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "query": {"type": "string", "pattern": r"\S", "maxLength": 500},
            "max_results": {"type": "integer", "minimum": 1, "maximum": 20, "default": 5},
        },
        "required": ["query"],
        "additionalProperties": False,
    }

    def __init__(self, library: Library, characters: int = 400) -> None:
        self.library, self.characters = library, length(characters)

    async def __call__(self, attempt: Attempt, /, *, query: str, max_results: int = 5) -> str:
        del attempt
        try:
            papers, troubles = await self.library.search(query, int(max_results))
        except Nowhere as nowhere:
            raise _error(nowhere.troubles) from nowhere
        told = [_cut(paper.told("tldr", "abstract", "source"), self.characters) for paper in papers]
        return _json({"results": told} | ({"trouble": _told(troubles)} if troubles else {}))


class _OfPaper:
    """What the tools share that ask about one paper."""

    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"paper_id": ID},
        "required": ["paper_id"],
        "additionalProperties": False,
    }

    def __init__(self, library: Library) -> None:
        self.library = library


class PaperWithTldr(_OfPaper):
    """Title, authors, year, venue, abstract and one-sentence summary."""

    description = "Look a paper up: title, authors, year, venue, abstract, and a summary in one sentence."

    async def __call__(self, attempt: Attempt, /, *, paper_id: str) -> str:
        del attempt
        try:
            paper = await self.library.paper(_id(paper_id))
        except Nowhere as nowhere:
            raise _error(nowhere.troubles) from nowhere
        return _json(paper.told("abstract", "tldr", "source"))


class PaperReferences(_OfPaper):
    """What a paper cites."""

    description = "List papers that a paper cites, with paper_id, title, authors, year and tldr."
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "paper_id": ID,
            "limit": {"type": "integer", "minimum": 1, "maximum": CITED, "default": 10},
        },
        "required": ["paper_id"],
        "additionalProperties": False,
    }

    async def __call__(self, attempt: Attempt, /, *, paper_id: str, limit: int = 10) -> str:
        del attempt
        try:
            papers = await self.library.references(_id(paper_id), int(limit))
        except Nowhere as nowhere:
            raise _error(nowhere.troubles) from nowhere
        return _json({"references": [paper.told("tldr", "source") for paper in papers]})


class PaperPart:
    """A part of a paper's text, `characters` of it at most; a reader condenses more than `plain`."""

    part: Part
    schema = _OfPaper.schema

    def __init__(
        self, library: Library, reader: Model | None = None, characters: int = 12_000, plain: int = 4_000
    ) -> None:
        self.library, self.characters, self.plain = library, length(characters), length(plain)
        self.reader = Reader(reader) if reader else None

    async def __call__(self, attempt: Attempt, /, *, paper_id: str) -> str:
        section = await self._section(_id(paper_id), attempt)
        said = {"heading": section.heading, "source": section.source}
        if self.reader and len(section.text) > self.plain:
            condensed = await self.reader.condensed(section.text, attempt)
            if condensed:
                return _json(said | {"condensed": condensed})
        return _json(_cut(said | {"text": section.text}, self.characters))

    async def _section(self, id: PaperId, attempt: Attempt) -> Section:
        try:
            return await self.library.part(id, self.part)
        except Nowhere as nowhere:
            chosen = await self.reader.chosen(self.part, nowhere.troubles, attempt) if self.reader else None
            if chosen is None:
                raise _error(nowhere.troubles) from nowhere
            return chosen


class PaperIntroduction(PaperPart):
    """The introduction, which holds the authors' own view of earlier work."""

    part = "introduction"
    description = (
        "Read a paper's introduction: the problem, earlier work as the authors see it, and what they add. "
        "It names the papers to look at next."
    )


class PaperResults(PaperPart):
    """The results, with their numbers."""

    part = "results"
    description = "Read a paper's results: benchmarks, baselines, and the numbers that were measured."


def _id(text: str) -> PaperId:
    try:
        return PaperId.parse(text)
    except ValueError as error:
        raise ToolError(_json({"error": {"what": str(error), "instead": "search by title"}})) from error


def _error(troubles: Mapping[str, Trouble]) -> ToolError:
    """Of the first source, with what the others say."""
    waits = [each.retry_after for each in troubles.values() if each.retry_after is not None]
    instead = [each.instead for each in troubles.values() if each.instead]
    error: dict[str, Any] = {"what": "no source has an answer", "instead": [*instead, ELSEWHERE][0]}
    error |= {"retry_after": min(waits)} if waits else {}
    return ToolError(_json({"error": error | {"sources": _told(troubles)}}))


def _told(troubles: Mapping[str, Trouble]) -> dict[str, Any]:
    return {name: trouble.told() for name, trouble in troubles.items()}


def _cut(said: dict[str, Any], most: int) -> dict[str, Any]:
    """With long texts cut at a word, and a sign where they go on."""
    long = {name: value for name, value in said.items() if isinstance(value, str) and len(value) > most}
    return said | {name: f"{value[:most].rsplit(maxsplit=1)[0]} ..." for name, value in long.items()}


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
