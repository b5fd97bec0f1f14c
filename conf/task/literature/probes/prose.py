"""A review as sentences: which of them are prose, and where they stand. Lists of references are left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .spelling import usual

HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)[\s#]*$")
UNDERLINED = re.compile(r"\s{0,3}(=+|-+)\s*$")
BOLD = re.compile(r"\s*(?:\*\*|__)([^*_]{1,80})(?:\*\*|__):?\s*$")
ITEM = re.compile(r"\A\s*(?:[-*+•]|\(?\d{1,3}[.)]|\[\d+\])\s+")
CITED = re.compile(r"\([^()]*\d{4}[^()]*\)|\[[\d, -]+\]")
REFERENCES = re.compile(
    r"(?:\d+\.?\s*)?(?:references?|bibliography|works cited|sources|literature cited)\W*$", re.I
)
CLOSING = "\"')]*_\u201d\u2019"
END = re.compile(rf"(?<=[.!?])[{re.escape(CLOSING)}]*\s+(?=[\"'(\[*_\u201c\u2018]*[A-Z0-9\u03c0])")
ABBREVIATED = re.compile(r"\b(?:et al|e\.g|i\.e|vs|cf|resp|approx|Fig|Eq|Sec|No|Dr|St)\.$")
SMALL = frozenset(
    re.findall(
        r"\w+",
        """
a an the of to in on at by for from with without as is are was were be been it its this that
these those which who whose and or but not than then so while when where into over under their
they them there has have had can could may might does do did such each both only also more most
if because through between after before about
""",
    )
)
LONGEST_SHORT = 20  # characters of an abbreviation and what closes after it
LONGEST = 3_000  # characters that are looked at of what claims to be one sentence
LEAST_WORDS, LEAST_SMALL, SMALL_SHARE, MOST_COMMAS = 6, 2, 0.15, 0.3


@dataclass(frozen=True)
class Sentence:
    """`paragraph` numbers the block of text that it belongs to; `line` is where it begins."""

    text: str
    line: int
    paragraph: int
    prose: bool
    heading: bool = False

    @cached_property
    def usual(self) -> str:
        """The text in the usual spelling."""
        return usual(self.text)

    @property
    def words(self) -> int:
        return len(self.text.split())


def sentences(text: str) -> list[Sentence]:
    """In order; a heading is a sentence that is no prose."""
    found: list[Sentence] = []
    for number, (line, block) in enumerate(_blocks(text)):
        for offset, sentence in _split(block):
            at = line + block.count("\n", 0, offset)
            plain = _plain(sentence[:LONGEST])
            if plain:
                found.append(Sentence(plain, at, number, _is_prose(plain), _heading(block) is not None))
    return found


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Headings, list items and paragraphs with their first line, without what stands under References."""
    block: list[str] = []
    start, skipping = 1, False
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        heading = _heading(line) or (_heading(f"# {block[0]}") if _underlines(line, block) else None)
        if block and (heading or not line.strip() or ITEM.match(line)):
            skipping = bool(REFERENCES.match(heading)) if heading and _underlines(line, block) else skipping
            if not skipping:
                yield start, "\n".join(block)
            block = []
        if heading:
            skipping = bool(REFERENCES.match(heading))
        if line.strip() and not UNDERLINED.match(line):
            start = start if block else number
            block.append(line)


def _heading(line: str) -> str | None:
    found = HEADING.match(line) or BOLD.match(line)
    return found[found.lastindex or 0] if found else None


def _underlines(line: str, block: list[str]) -> bool:
    return len(block) == 1 and bool(UNDERLINED.match(line))


def _split(block: str) -> Iterator[tuple[int, str]]:
    start = 0
    for end in END.finditer(block):
        if not ABBREVIATED.search(block[max(0, end.start() - LONGEST_SHORT) : end.start()].rstrip(CLOSING)):
            yield start, block[start : end.start()]
            start = end.end()
    yield start, block[start:]


def _plain(text: str) -> str:
    """On one line, without Markdown."""
    text = ITEM.sub("", unicodedata.normalize("NFKC", text), count=1)
    text = re.sub(r"\[([^\]]+)\]\((\S+?)\)", r"\1 (\2)", text)
    text = re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", text).lstrip("#> ")
    return " ".join(text.split())


def _is_prose(text: str) -> bool:
    """Of what is left without citations and numbers."""
    words = re.findall(r"[a-z][\w'-]*", CITED.sub(" ", text).lower())
    small = sum(word in SMALL for word in words)
    if len(words) < LEAST_WORDS or small < LEAST_SMALL or "|" in text:
        return False
    return small / len(words) >= SMALL_SHARE and text.count(",") / len(words) <= MOST_COMMAS
