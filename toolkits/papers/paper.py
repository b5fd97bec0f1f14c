"""What is known of a paper, and the same paper as several sources know it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import reduce
from typing import Any, Literal, get_args

from toolkits.papers.identifier import Kind, PaperId

Part = Literal["introduction", "results"]
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class Paper:
    """`ids` are its identifiers by kind, `pdf` the address of its text, `source` who says all this."""

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""
    abstract: str = ""
    tldr: str = ""
    ids: Mapping[Kind, str] = field(default_factory=dict)
    pdf: str = ""
    source: str = ""

    @property
    def id(self) -> PaperId | None:
        """The most usual of its identifiers."""
        return next((PaperId(kind, self.ids[kind]) for kind in get_args(Kind) if kind in self.ids), None)

    def told(self, *names: str) -> dict[str, Any]:
        """As data: id, title, authors and year, and those of the other fields that are named and known."""
        said: dict[str, Any] = {"paper_id": str(self.id) if self.id else None, "title": self.title}
        said |= {"authors": list(self.authors), "year": self.year, "venue": self.venue}
        said |= {name: getattr(self, name) for name in names}
        return {name: value for name, value in said.items() if value not in ("", None, [])}

    def is_same(self, other: Paper) -> bool:
        """By an identifier, or by its title: a preprint has another DOI than what became of it."""
        shared = self.ids.keys() & other.ids.keys()
        if any(self.ids[kind] == other.ids[kind] for kind in shared):
            return True
        same = _folded(self.title) == _folded(other.title)
        return same and bool(_folded(self.title)) and shared <= {"doi"}

    def merged(self, other: Paper) -> Paper:
        """What either knows; where both do, the word of this one."""
        known = {each.name: getattr(self, each.name) or getattr(other, each.name) for each in fields(self)}
        known["ids"] = {**other.ids, **self.ids}
        sources = [*self.source.split("+"), *other.source.split("+")]
        known["source"] = "+".join(dict.fromkeys(filter(None, sources)))
        return Paper(**known)


@dataclass(frozen=True)
class Section:
    """A part of a paper's text."""

    heading: str
    text: str
    source: str


def without_doubles(papers: Iterable[Paper]) -> list[Paper]:
    """Each paper once, at its first place, with what all sources know of it."""
    kept: list[Paper] = []
    for paper in papers:
        same = [other for other in kept if other.is_same(paper)]  # several, where this one shows they are one
        if same:
            kept[kept.index(same[0])] = reduce(Paper.merged, [*same, paper])
            kept = [other for other in kept if other not in same[1:]]
        else:
            kept.append(paper)
    return kept


def _folded(title: str) -> str:
    """Letters and digits alone, so that two spellings of a title are equal."""
    plain = unicodedata.normalize("NFKD", title).casefold()
    return re.sub(r"[\W_]", "", plain)
