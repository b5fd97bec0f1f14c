"""Semantic Scholar's Graph API: https://api.semanticscholar.org/api-docs/graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from toolkits.papers.answer import ELSEWHERE, document
from toolkits.papers.identifier import Kind, PaperId, same_as
from toolkits.papers.kept import Kept
from toolkits.papers.paper import Paper, Part, Section
from toolkits.papers.sources.text import part_of
from toolkits.papers.trouble import Trouble, Unsupported
from toolkits.papers.web import Web

COMMON = "paperId,corpusId,externalIds,title,authors,year,venue,abstract,openAccessPdf"
FIELDS = f"{COMMON},tldr"
MOST = 100  # results of one question
PREFIX: Mapping[Kind, str] = {"arxiv": "ARXIV:", "doi": "DOI:", "corpus_id": "CorpusId:", "s2": ""}


class SemanticScholar:
    """`api_key` is optional; without one all the world shares a pool, which is often empty."""

    kinds: ClassVar[Sequence[Kind]] = ("s2", "arxiv", "doi", "corpus_id")

    def __init__(
        self,
        base_url: str = "https://api.semanticscholar.org/graph/v1",
        gap: float = 1.0,
        api_key: str | None = None,
    ) -> None:
        key = {"x-api-key": api_key.strip()} if api_key else {}
        self.web = Web("semantic_scholar", base_url, key, gap=gap)

    def keep(self, kept: Kept) -> None:
        self.web.kept = kept

    async def search(self, query: str, limit: int) -> Sequence[Paper]:
        words = " ".join(query.replace("-", " ").split())  # a term with a hyphen would match nothing
        return await self.web.get("paper/search", _found, query=words, limit=min(limit, MOST), fields=FIELDS)

    async def paper(self, id: PaperId) -> Paper:
        return await self.web.get(f"paper/{_own(id)}", _one, fields=FIELDS)

    async def references(self, id: PaperId, limit: int) -> Sequence[Paper]:
        path = f"paper/{_own(id)}/references"
        return await self._with_tldr(
            await self.web.get(path, _cited, fields=COMMON, limit=min(limit, MOST)),
        )

    async def part(self, id: PaperId, part: Part) -> Section:
        return await part_of(self.web, (await self.paper(id)).pdf, part, "semantic_scholar")

    async def _with_tldr(self, papers: list[Paper]) -> list[Paper]:
        """The list of references has none, so that they are asked for apart; without them it still serves."""
        ids = [paper.ids["s2"] for paper in papers if "s2" in paper.ids]
        if not ids:
            return papers
        try:
            told = await self.web.get("paper/batch", _tldrs, {"ids": ids}, fields="title,tldr")
        except Trouble:
            return papers
        return [replace(paper, tldr=told.get(paper.ids.get("s2", ""), "")) for paper in papers]


def _own(id: PaperId) -> str:
    if id.kind not in PREFIX:
        raise Unsupported(f"does not know papers by {id}")
    return f"{PREFIX[id.kind]}{id.value}"


def _found(body: bytes) -> list[Paper]:
    """Papers of a search; where there are none, there are no `data` either."""
    said = document(body)
    if "data" not in said and "total" not in said:
        raise Trouble("answered with something else than papers", ELSEWHERE)
    return [paper for each in said.get("data") or () if (paper := _paper(each))]


def _cited(body: bytes) -> list[Paper]:
    cited = [each.get("citedPaper") for each in document(body)["data"] or ()]
    return [paper for each in cited if (paper := _paper(each))]


def _one(body: bytes) -> Paper:
    if paper := _paper(document(body)):
        return paper
    raise Trouble("answered without a title", ELSEWHERE)


def _tldrs(body: bytes) -> dict[str, str]:
    return {each["paperId"].lower(): _tldr(each) for each in document(body) if each}


def _paper(said: Mapping[str, Any] | None) -> Paper | None:
    """None for a reference that could not be resolved. Any field may be missing or null."""
    if not said or not said.get("title"):
        return None
    return Paper(
        said["title"],
        tuple(_names(said.get("authors") or ())),
        said.get("year"),
        said.get("venue") or "",
        said.get("abstract") or "",
        _tldr(said),
        _ids(said),
        (said.get("openAccessPdf") or {}).get("url") or "",
        "semantic_scholar",
    )


def _names(authors: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    return (author["name"] for author in authors if author.get("name"))


def _tldr(said: Mapping[str, Any]) -> str:
    return (said.get("tldr") or {}).get("text") or ""


def _ids(said: Mapping[str, Any]) -> dict[Kind, str]:
    outer = said.get("externalIds") or {}
    corpus_id = said.get("corpusId") or outer.get("CorpusId")
    found: dict[Kind, Any] = {"arxiv": outer.get("ArXiv"), "s2": said.get("paperId"), "corpus_id": corpus_id}
    known: dict[Kind, str] = {kind: str(value).lower() for kind, value in found.items() if value}
    return same_as(outer.get("DOI") or "") | known
