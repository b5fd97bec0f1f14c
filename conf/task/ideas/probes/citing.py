"""Whether a cited paper exists, as far as reviews, corpus and what the tools have shown can tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Literal

from engine.agent import Attempt
from toolkits.papers.entry import CORPUS, entries
from toolkits.papers.identifier import NEW
from toolkits.papers.paper import Paper

Found = Literal["known", "false", "unknown"]
ID = re.compile(rf"\b({NEW})(?:v\d+)?\b")
LOOKS_LIKE_ID = re.compile(r"\b(\d{4}\.\d{4,5})(?:v\d+)?\b")
AUTHORED = re.compile(
    r"([A-Z\u00c0-\u00de][\w'-]+)(?: et al\.?| and [A-Z][\w'-]+| & [A-Z][\w'-]+)?,? \(?((?:19|20)\d\d)"
)
NEAR = 400  # characters between an author and an id or a year that belong together


def texts(attempt: Attempt) -> str:
    """All that the agent could have read, for comparison."""
    return folded(" ".join([*attempt.given.values(), *attempt.seen]))


def found(cited: str, read: str) -> Found:
    """`false` is an id of another paper, or one that cannot be; `unknown` may exist elsewhere."""
    plain = unicodedata.normalize("NFKC", cited)
    ids = ID.findall(plain)
    known = [_papers()[id] for id in ids if id in _papers()]
    if known:
        return "known" if any(_speaks_of(plain, paper) for paper in known) else "false"
    if ids:
        return "known" if any(_stands_with(plain, id, read) for id in ids) else "unknown"
    if LOOKS_LIKE_ID.search(plain):
        return "false"
    named = any(_speaks_of(plain, paper) and str(paper.year) in plain for paper in _papers().values())
    return "known" if named or _authored(plain, read) else "unknown"


def _speaks_of(cited: str, paper: Paper) -> bool:
    """By the title, by what stands before its colon, or by the first author."""
    said, title = folded(cited), folded(paper.title)
    names = [title, *([title.partition(":")[0]] if ":" in title else [])]
    surname = folded(paper.authors[0]).split()[-1] if paper.authors else ""
    return any(name in said for name in names) or bool(
        surname and re.search(rf"\b{re.escape(surname)}\b", said)
    )


def _stands_with(cited: str, id: str, read: str) -> bool:
    """The id was read, near a word of what it is cited as."""
    own = set(re.findall(r"[a-z]{4,}", folded(cited))) - {"arxiv"}
    places = [match.start() for match in re.finditer(re.escape(id), read)]
    return any(own & set(re.findall(r"[a-z]{4,}", read[max(at - NEAR, 0) : at + NEAR])) for at in places)


def _authored(cited: str, read: str) -> bool:
    pairs = [(folded(surname), year) for surname, year in AUTHORED.findall(cited)]
    return any(re.search(rf"\b{re.escape(surname)}\b.{{0,40}}\b{year}\b", read) for surname, year in pairs)


def folded(text: str) -> str:
    """Lower case without accents, on one line."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


@cache
def _papers() -> dict[str, Paper]:
    """Ours, by arXiv id."""
    every: Iterable[Paper] = (entry.paper for entry in entries(CORPUS).values())
    return {paper.ids["arxiv"]: paper for paper in every if "arxiv" in paper.ids}
