"""OpenAlex: https://developers.openalex.org. Without a key a cent's worth of questions a day is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from toolkits.papers.answer import ELSEWHERE, document
from toolkits.papers.identifier import Kind, PaperId, same_as
from toolkits.papers.kept import Kept
from toolkits.papers.paper import Paper, Part, Section
from toolkits.papers.sources.text import part_of
from toolkits.papers.trouble import Trouble, Unsupported
from toolkits.papers.web import Web

FIELDS = (
    "id,doi,ids,display_name,publication_year,authorships,primary_location,best_oa_location,locations,"
    "abstract_inverted_index,referenced_works"
)
MOST = 100  # results of one question
LONGEST = 5_000  # words of an abstract
ARXIV_DOI = "10.48550/arxiv."


class OpenAlex:
    """`api_key` is free, and needed for more than a few questions a day."""

    kinds: ClassVar[Sequence[Kind]] = ("openalex", "doi", "arxiv")

    def __init__(
        self,
        base_url: str = "https://api.openalex.org",
        gap: float = 0.1,
        api_key: str | None = None,
    ) -> None:
        key = {"Authorization": f"Bearer {api_key.strip()}"} if api_key else {}
        self.web = Web("openalex", base_url, key, gap=gap)

    def keep(self, kept: Kept) -> None:
        self.web.kept = kept

    async def search(self, query: str, limit: int) -> Sequence[Paper]:
        return await self._list(limit, search=" ".join(query.split()))

    async def paper(self, id: PaperId) -> Paper:
        return await self.web.get(f"works/{_own(id)}", _one, select=FIELDS)

    async def references(self, id: PaperId, limit: int) -> Sequence[Paper]:
        cited = await self.web.get(f"works/{_own(id)}", _cited, select=FIELDS)
        return await self._list(limit, filter=f"openalex:{'|'.join(cited[:MOST])}") if cited else []

    async def part(self, id: PaperId, part: Part) -> Section:
        return await part_of(self.web, (await self.paper(id)).pdf, part, "openalex")

    async def _list(self, limit: int, **query: str) -> list[Paper]:
        asked: dict[str, str | int] = {**query, "per_page": min(limit, MOST), "select": FIELDS}
        return await self.web.get("works", _found, **asked)


def _own(id: PaperId) -> str:
    match id.kind:
        case "openalex":
            return id.value
        case "doi":
            return f"doi:{id.value}"
        case "arxiv":
            return f"doi:{ARXIV_DOI}{id.value}"
    raise Unsupported(f"does not know papers by {id}")


def _found(body: bytes) -> list[Paper]:
    return [paper for each in document(body)["results"] if (paper := _paper(each))]


def _one(body: bytes) -> Paper:
    if paper := _paper(document(body)):
        return paper
    raise Trouble("answered without a title", ELSEWHERE)


def _cited(body: bytes) -> list[str]:
    return [_last(each) for each in document(body).get("referenced_works") or ()]


def _paper(said: Mapping[str, Any]) -> Paper | None:
    if not said.get("display_name"):
        return None
    place = said.get("primary_location") or {}
    free = said.get("best_oa_location") or {}
    authors = [(each.get("author") or {}).get("display_name") for each in said.get("authorships") or ()]
    return Paper(
        said["display_name"],
        tuple(filter(None, authors)),
        said.get("publication_year"),
        (place.get("source") or {}).get("display_name") or "",
        _abstract(said.get("abstract_inverted_index") or {}),
        ids=_ids(said),
        pdf=free.get("pdf_url") or "",
        source="openalex",
    )


def _ids(said: Mapping[str, Any]) -> dict[Kind, str]:
    """Its own, its DOI, and that of arXiv where a copy lies there."""
    ids: dict[Kind, str] = {}
    for place in said.get("locations") or ():
        found = same_as((place or {}).get("landing_page_url") or "")
        ids |= found if "arxiv" in found else {}
    return ids | same_as(said.get("doi") or "") | same_as(said.get("id") or "")


def _last(address: str) -> str:
    return address.rpartition("/")[2]


def _abstract(inverted: Mapping[str, Sequence[int]]) -> str:
    """From places by word to a text."""
    placed = {place: word for word, places in inverted.items() for place in places if place < LONGEST}
    return " ".join(placed[place] for place in sorted(placed))
