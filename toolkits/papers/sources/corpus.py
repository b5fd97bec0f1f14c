"""Our own papers: texts in our own words on real papers, with an index, and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from toolkits.papers.entry import CORPUS, Entry, entries
from toolkits.papers.identifier import Kind, PaperId
from toolkits.papers.index import Index
from toolkits.papers.kept import Kept
from toolkits.papers.paper import Paper, Part, Section
from toolkits.papers.trouble import Trouble


class Corpus:
    """`folder` holds YAML files of papers; null is the corpus that comes with this package."""

    kinds: ClassVar[Sequence[Kind]] = ("corpus", "arxiv", "doi")

    def __init__(self, folder: str | None = None) -> None:
        self._folder = CORPUS if folder is None else Path(folder).expanduser()
        if not any(self._folder.glob("*.yaml")):
            raise ValueError(f"folder={self._folder}: there are no YAML files of papers in it")
        entries(self._folder)

    def keep(self, kept: Kept) -> None:
        """All is on disk already."""

    async def search(self, query: str, limit: int) -> Sequence[Paper]:
        return [self._papers[key].paper for key in self._index.search(query, limit)]

    async def paper(self, id: PaperId) -> Paper:
        return self._entry(id).paper

    async def references(self, id: PaperId, limit: int) -> Sequence[Paper]:
        return [self._papers[key].paper for key in self._entry(id).references[:limit]]

    async def part(self, id: PaperId, part: Part) -> Section:
        return Section(part.capitalize(), getattr(self._entry(id), part).strip(), "corpus")

    @property
    def _papers(self) -> Mapping[str, Entry]:
        return entries(self._folder)

    @cached_property
    def _index(self) -> Index:
        return Index(self._papers.values())

    def _entry(self, id: PaperId) -> Entry:
        for entry in self._papers.values():
            if entry.paper.ids.get(id.kind) == id.value:
                return entry
        raise Trouble("does not hold this paper", "search for what it holds")
