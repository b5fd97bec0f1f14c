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
SURNAME = r"[A-Z\u00c0-\u00de][\w'-]{1,40}"
AUTHORED = re.compile(rf"({SURNAME})(?: et al\.?| and {SURNAME}| & {SURNAME})?,? \(?((?:19|20)\d\d)")
LONGEST = 300  # characters of a citation that are looked at
WORDS = re.compile(r"[a-z]{4,}")
NEAR = 400  # characters between an author and an id or a year that belong together


def texts(attempt: Attempt) -> str:
    """All that the agent could have read, for comparison."""
    return folded(" ".join([*attempt.given.values(), *attempt.seen]))


def found(cited: str, read: str) -> Found:
    """`false` is an id of another paper, or one that cannot be; `unknown` may exist elsewhere."""
    plain = unicodedata.normalize("NFKC", cited[:LONGEST])
    ids = ID.findall(plain)
    known = [_papers()[id] for id in ids if id in _papers()]
    if known:
        return "known" if any(_speaks_of(plain, paper) for paper in known) else "false"
    if ids:
        return "known" if any(_stands_with(plain, id, read) for id in ids) else "unknown"
    if LOOKS_LIKE_ID.search(plain):
        return "false"
    named = any(_named(plain, paper) and str(paper.year) in plain for paper in _papers().values())
    named = named or any(_cites(plain, paper) for paper in _papers().values())
    return "known" if named or _authored(plain, read) else "unknown"


def _speaks_of(cited: str, paper: Paper) -> bool:
    """By its name, or by the first author."""
    surname = folded(paper.authors[0]).split()[-1] if paper.authors else ""
    return _named(cited, paper) or bool(surname and _has(folded(cited), surname))


def _named(cited: str, paper: Paper) -> bool:
    """By the title, or by what stands before its colon."""
    said, title = folded(cited), folded(paper.title)
    names = [title, *([title.partition(":")[0]] if ":" in title else [])]
    return any(_has(said, name) for name in names)


def _cites(cited: str, paper: Paper) -> bool:
    """By its first author and year, under a name that shares a word with its title, or under none."""
    surname = folded(paper.authors[0]).split()[-1] if paper.authors else ""
    name = set(WORDS.findall(folded(cited.partition("(")[0]))) - {surname}
    authored = {(folded(who), year) for who, year in AUTHORED.findall(cited)}
    shared = not name or bool(name & set(WORDS.findall(folded(paper.title))))
    return (surname, str(paper.year)) in authored and shared


def _has(text: str, words: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text))


def _stands_with(cited: str, id: str, read: str) -> bool:
    """The id was read, near a word of what it is cited as."""
    own = set(WORDS.findall(folded(cited))) - {"arxiv"}
    places = [match.start() for match in re.finditer(re.escape(id), read)]
    return any(own & set(WORDS.findall(read[max(at - NEAR, 0) : at + NEAR])) for at in places)


def _authored(cited: str, read: str) -> bool:
    """Author and year were read together, near a word of the name that is cited, if there is a name."""
    name = set(WORDS.findall(folded(cited.partition("(")[0])))
    for surname, year in AUTHORED.findall(cited):
        for found in re.finditer(rf"\b{re.escape(folded(surname))}\b.{{0,40}}\b{year}\b", read):
            near = read[max(found.start() - NEAR, 0) : found.end() + NEAR]
            if not name - {folded(surname)} or name & set(WORDS.findall(near)):
                return True
    return False


def folded(text: str) -> str:
    """Lower case without accents, on one line."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


@cache
def _papers() -> dict[str, Paper]:
    """Ours, by arXiv id."""
    every: Iterable[Paper] = (entry.paper for entry in entries(CORPUS).values())
    return {paper.ids["arxiv"]: paper for paper in every if "arxiv" in paper.ids}
