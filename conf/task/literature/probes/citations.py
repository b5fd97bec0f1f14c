"""Citation truth: whether what a review cites, and each number in it, stood in what tools had shown.

It bears on no criterion. Of a review that was not written in this run (a specimen) nothing can be said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from engine.agent import Attempt
from engine.submission import Submission
from toolkits.papers.identifier import NEW

from .figures import figures
from .prose import Sentence, sentences
from .spelling import usual

TOLD = 20  # unsupported ones that are listed
MOST = 300  # citations that are looked for
SURNAME = r"[A-Z\u00c0-\u00de][\w'-]+(?:-[A-Z]\w+)?"
AUTHORED = re.compile(
    rf"\b({SURNAME})(?:\s+(?:et\s+al\.?|and\s+(?:colleagues|others)|(?:and|&)\s+{SURNAME}),?\s*|,\s*|\s*(?=[(\[]))"
    r"\(?\[?((?:19|20)\d\d)[a-z]?\b"
)
ARXIV = re.compile(rf"\b({NEW})(?:v\d+)?\b")
MONTHS = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October"}
MONTHS |= {"November", "December"}
LEADING = {"In", "Since", "By", "Between", "Until", "From", "After", "Before", "During"}


async def measure(submission: Submission, attempt: Attempt) -> dict[str, Any]:
    """Counts of cited works and numbers, and of those of which no tool has spoken, with the latter listed."""
    text = next(iter(submission.files.values()))
    found = sentences(text)
    cited, numbers = _cited(text), _numbers(found)
    said: dict[str, Any] = {"cited": len(cited), "numbers": len(numbers)}
    if not attempt.seen:
        return said | {"note": "nothing was read in this run, so that nothing could be compared"}
    shown = _folded(usual(" ".join(attempt.seen)))
    lost = [each for each in cited[:MOST] if not _was_shown(each, shown)]
    known = set(re.findall(r"\d+(?:\.\d+)?", shown))
    alone = [each for each in numbers if each.rstrip("%x") not in known]
    return said | {
        "unsupported_citations": len(lost),
        "unsupported_numbers": len(alone),
        "unsupported": [*(" ".join(each) for each in lost), *alone][:TOLD],
    }


def _cited(text: str) -> list[tuple[str, ...]]:
    """Each arXiv id, and each author with a year, once."""
    text = usual(text)
    authored = [each for each in AUTHORED.findall(text) if each[0] not in MONTHS | LEADING]
    return list(dict.fromkeys([*((each,) for each in ARXIV.findall(text)), *authored]))


def _numbers(found: Sequence[Sentence]) -> list[str]:
    """Numbers in prose, each once, other than small counts."""
    every = [each for sentence in found if not sentence.heading for each in figures(sentence.usual)]
    return list(dict.fromkeys(each for each in every if len(each) > 1))


def _was_shown(cited: tuple[str, ...], shown: str) -> bool:
    """An id as it is; an author near the year."""
    if len(cited) == 1:
        return cited[0] in shown
    surname, year = re.escape(_folded(cited[0])), cited[1]
    return bool(re.search(rf"\b{surname}\b[^{{}}]{{0,600}}\b{year}\b", shown))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char))
