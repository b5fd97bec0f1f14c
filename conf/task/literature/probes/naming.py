"""Which papers a sentence names: by title, name, identifier, or author and year; the longest match counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from toolkits.papers.entry import Entry

from .figures import states
from .prose import Sentence
from .spelling import usual

AUTHOR = (
    r"(?:\s+(?:et\s+al\.?|and\s+(?:colleagues|others|co-?workers)|and\s+\w+|&\s+\w+|\w+\s+et\s+al\.?))?"
    r",?\s*\(?\[?"
)
SHORTEST = 4  # letters of a title's head that can be a name


@dataclass(frozen=True)
class Mention:
    """A paper's name at a place of a sentence."""

    key: str
    start: int
    end: int


class _Spellings:
    """Names and whose they are, found in one go."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._keys: dict[str, list[str]] = {}
        patterns: dict[str, None] = {}
        for name, key in names:
            self._keys.setdefault(_bare(name), []).append(key)
            patterns[_pattern(name)] = None
        longest = sorted(patterns, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(longest)})(?!\w)") if longest else None

    def found(self, text: str) -> Iterator[Mention]:
        for found in self._pattern.finditer(text) if self._pattern else ():
            for key in dict.fromkeys(self._keys[_bare(found[0])]):
                yield Mention(key, *found.span())


class Names:
    """Names of the corpus's papers.

    A name that is also a common word (`common` in the corpus) names the paper only once the review has
    introduced it: by a sure name, or in a paragraph that also has its author, its year or a result of it.
    """

    def __init__(self, papers: Mapping[str, Entry]) -> None:
        self.papers = papers
        self._sure = _Spellings((name, key) for key, paper in papers.items() for name in _sure(paper))
        self._common = _Spellings((name, key) for key, paper in papers.items() for name in paper.common)
        self._authors: dict[tuple[str, str], list[str]] = {}
        for key, paper in papers.items():
            self._authors.setdefault((_surname(paper), str(paper.year)), []).append(key)
        surnames = "|".join(
            sorted({re.escape(surname) for surname, _ in self._authors}, key=len, reverse=True)
        )
        self._authored = re.compile(rf"\b({surnames})\b{AUTHOR}((?:19|20)\d\d)\b")

    def mentions(self, sentences: Sequence[Sentence]) -> list[list[Mention]]:
        """By sentence, in order of their places."""
        known: set[str] = set()
        looked: set[tuple[str, int]] = set()
        found = []
        blocks = _blocks(sentences)
        for sentence in sentences:
            certain = [*self._sure.found(sentence.usual), *self._by_author(sentence.usual)]
            known |= {mention.key for mention in certain}
            common = list(self._common.found(sentence.usual))
            keys = {(each.key, sentence.paragraph) for each in common} - looked
            looked |= keys
            known |= {key for key, at in keys if _introduced(self.papers[key], blocks[at])}
            named = _longest([*certain, *(each for each in common if each.key in known)])
            found.append(_told_apart(named))
        return found

    def _by_author(self, text: str) -> Iterator[Mention]:
        """Where first author and year mean one paper of the corpus."""
        for found in self._authored.finditer(text):
            keys = self._authors.get((found[1], found[2]), [])
            if len(keys) == 1:
                yield Mention(keys[0], *found.span())


def _sure(paper: Entry) -> list[str]:
    head = paper.title.partition(":")[0]
    names = [paper.title, *paper.aliases, *([head] if len(head) >= SHORTEST else [])]
    names = [name for name in dict.fromkeys(names) if name not in paper.common]
    return names + ([paper.arxiv] if paper.arxiv else [])


def _surname(paper: Entry) -> str:
    return paper.authors[0].split()[-1]


def _bare(name: str) -> str:
    """A name without what may be left out or differ: blanks, hyphens, and case where it has several words."""
    return re.sub(r"[ -]", "", usual(name)).casefold()


def _pattern(name: str) -> str:
    """Capitals matter in a single word, which may otherwise be another."""
    spaced = re.sub(r"(?:\\[ -]|[ -])+", "[ -]?", re.escape(usual(name)))
    return f"(?i:{spaced})" if " " in name.strip() else spaced


def _blocks(sentences: Iterable[Sentence]) -> dict[int, str]:
    """The texts of paragraphs."""
    found: dict[int, list[str]] = {}
    for sentence in sentences:
        found.setdefault(sentence.paragraph, []).append(sentence.usual)
    return {number: " ".join(texts) for number, texts in found.items()}


def _introduced(paper: Entry, block: str) -> bool:
    """Whether the paragraph says more of it than the common word."""
    said = re.search(rf"\b{re.escape(_surname(paper))}\b|\b{paper.year}\b", block)
    return bool(said) or any(states(fact, block) for fact in paper.facts)


def _longest(mentions: Iterable[Mention]) -> list[Mention]:
    """In order, without those that lie inside a longer one."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda each: (each.start - each.end, each.start)):
        if all(
            mention.end <= other.start or mention.start >= other.end or _twin(mention, other)
            for other in kept
        ):
            kept.append(mention)
    return sorted(kept, key=lambda each: (each.start, each.key))


def _told_apart(mentions: list[Mention]) -> list[Mention]:
    """Without the papers that share a name with one that the sentence names in another way as well."""
    alone = {each.key for each in mentions if not any(_twin(each, other) for other in mentions)}
    return [
        each
        for each in mentions
        if each.key in alone or not any(_twin(each, other) and other.key in alone for other in mentions)
    ]


def _twin(one: Mention, other: Mention) -> bool:
    """One name of two papers, such as two versions of a method."""
    return (one.start, one.end) == (other.start, other.end) and one.key != other.key
