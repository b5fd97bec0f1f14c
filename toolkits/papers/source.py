"""What a place that knows papers must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from toolkits.papers.identifier import Kind, PaperId
from toolkits.papers.kept import Kept
from toolkits.papers.paper import Paper, Part, Section


class Source(Protocol):
    """An actor. Each method raises Trouble: Unsupported for what it never has.

    `kinds` are the identifiers by which it knows papers, the best first.
    """

    kinds: ClassVar[Sequence[Kind]]

    def keep(self, kept: Kept) -> None:
        """Have what is fetched kept there."""

    async def search(self, query: str, limit: int) -> Sequence[Paper]:
        """Papers on that, the best first."""

    async def paper(self, id: PaperId) -> Paper:
        """One paper."""

    async def references(self, id: PaperId, limit: int) -> Sequence[Paper]:
        """Papers that it cites."""

    async def part(self, id: PaperId, part: Part) -> Section:
        """That part of its text."""
