"""The ideas of a submission, read without trust in their form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.submission import Submission

MOST = 20
LISTED = 30  # texts of a list
LONGEST = 20_000  # characters of a text that are looked at
PROPOSED = ("problem", "approach", "expected_outcome", "metrics")


@dataclass(frozen=True)
class Idea:
    """`text` is what is proposed: the words of business and risks are much the same in any idea."""

    title: str
    text: str
    papers: tuple[str, ...]


def ideas(submission: Submission) -> list[Idea]:
    """The first few; none where the document is not of the form that the gate `parts` asks for."""
    try:
        document = json.loads(next(iter(submission.files.values())))
    except (ValueError, RecursionError):
        return []
    found = document.get("ideas") if isinstance(document, Mapping) else None
    entries = found[:MOST] if isinstance(found, list) else []
    return [_idea(each) for each in entries if isinstance(each, Mapping)]


def _idea(said: Mapping[str, Any]) -> Idea:
    proposed = (text for name in PROPOSED for text in _texts(said.get(name)))
    return Idea(str(said.get("title", "")), " ".join(proposed), tuple(_texts(said.get("papers"))))


def _texts(value: Any) -> Iterator[str]:
    """The texts in a text or a list of texts."""
    if isinstance(value, str):
        yield value[:LONGEST]
    elif isinstance(value, list):
        yield from (each[:LONGEST] for each in value[:LISTED] if isinstance(each, str))
