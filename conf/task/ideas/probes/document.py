"""The ideas of a submission, read without trust in their form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.submission import Submission


@dataclass(frozen=True)
class Idea:
    """`text` is what it proposes, without the papers."""

    title: str
    text: str
    papers: tuple[str, ...]


def ideas(submission: Submission) -> list[Idea]:
    """None where the document is not of the form that the gate `parts` asks for."""
    try:
        document = json.loads(next(iter(submission.files.values())))
    except (ValueError, RecursionError):
        return []
    found = document.get("ideas") if isinstance(document, Mapping) else None
    return (
        [_idea(each) for each in found or [] if isinstance(each, Mapping)] if isinstance(found, list) else []
    )


def _idea(said: Mapping[str, Any]) -> Idea:
    parts = [" ".join(_texts(value)) for name, value in said.items() if name != "papers"]
    return Idea(str(said.get("title", "")), " ".join(parts), tuple(_texts(said.get("papers"))))


def _texts(value: Any) -> Iterator[str]:
    """The texts in a text or a list of texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))
