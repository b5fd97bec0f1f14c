"""arXiv: https://info.arxiv.org/help/api/user-manual.html. Metadata in Atom, and the text as PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar
from xml.etree import ElementTree

from toolkits.papers.answer import CHECK, ELSEWHERE
from toolkits.papers.identifier import Kind, PaperId, same_as
from toolkits.papers.kept import Kept
from toolkits.papers.paper import Paper, Part, Section
from toolkits.papers.sources.text import part_of
from toolkits.papers.trouble import Trouble, Unsupported
from toolkits.papers.web import Web

ATOM = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom"}
WORD = re.compile(r"\w[\w-]*", re.UNICODE)
SMALL = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with"}


class Arxiv:
    """`gap` is arXiv's own rule: a request every three seconds, over all machines of a user."""

    kinds: ClassVar[Sequence[Kind]] = ("arxiv",)

    def __init__(
        self,
        base_url: str = "https://export.arxiv.org",
        gap: float = 3.0,
    ) -> None:
        self.web = Web("arxiv", base_url, {}, gap=gap)

    def keep(self, kept: Kept) -> None:
        self.web.kept = kept

    async def search(self, query: str, limit: int) -> Sequence[Paper]:
        words = [word for word in WORD.findall(query) if word.lower() not in SMALL]
        for joint in (" AND ", " OR ")[: len(words)]:
            asked = joint.join(f'all:"{word}"' for word in words)
            if found := await self._asked(search_query=asked, start=0, max_results=limit):
                return found
        return []

    async def paper(self, id: PaperId) -> Paper:
        found = await self._asked(id_list=_own(id), max_results=1)
        if not found:
            raise Trouble("knows no paper of this id", CHECK)
        return found[0]

    async def references(self, id: PaperId, limit: int) -> Sequence[Paper]:  # noqa: ARG002 - the protocol's
        raise Unsupported("tells no references")

    async def part(self, id: PaperId, part: Part) -> Section:
        return await part_of(self.web, f"{self.web.base_url}/pdf/{_own(id)}", part, "arxiv")

    async def _asked(self, **query: str | int) -> list[Paper]:
        return await self.web.get("api/query", lambda body: list(_papers(body)), **query)


def _own(id: PaperId) -> str:
    if id.kind != "arxiv":
        raise Unsupported("knows papers by their arXiv id only")
    return id.value


def _papers(body: bytes) -> Iterator[Paper]:
    """Raises Trouble for what is no feed, and for a feed with an error in place of papers."""
    for entry in _feed(body).findall("a:entry", ATOM):
        title = _text(entry, "a:title")
        if title == "Error":
            raise Trouble(f"does not understand the question: {_text(entry, 'a:summary')}", ELSEWHERE)
        if title:
            yield _paper(entry, title)


def _feed(body: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" not in body[:1000] and b"<!ENTITY" not in body:  # entities can grow without bound
        try:
            root = ElementTree.fromstring(body)  # noqa: S314  no entities: see above
        except ElementTree.ParseError:
            root = ElementTree.Element("broken")
        if root.tag == f"{{{ATOM['a']}}}feed":
            return root
    raise Trouble("answered with something that is no feed", ELSEWHERE, temporary=True)


def _paper(entry: ElementTree.Element, title: str) -> Paper:
    id = PaperId.parse(_text(entry, "a:id"))
    ids: dict[Kind, str] = {**same_as(_text(entry, "x:doi")), "arxiv": id.value}
    year = _text(entry, "a:published")[:4]
    return Paper(
        title,
        tuple(_text(author, "a:name") for author in entry.findall("a:author", ATOM)),
        int(year) if year.isdecimal() else None,
        _text(entry, "x:journal_ref"),
        _text(entry, "a:summary"),
        ids=ids,
        source="arxiv",
    )


def _text(element: ElementTree.Element, path: str) -> str:
    return " ".join((element.findtext(path, "", ATOM) or "").split())
