"""The items of a submission, where its rubric judges them one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import AgentFailed
from engine.rubric import Items
from engine.submission import Submission
from engine.visible import visible

DEEPEST = 10  # levels of an item
_KEY = re.compile(r"^(?:-|\w+:)\s+")  # what stands before a value where it is shown


@dataclass(frozen=True)
class Item:
    """One entry of a file: what it is called, and all that it says, for a reader."""

    title: str
    text: str
    file: str


def items(submission: Submission, file: str, asked: Items) -> tuple[Item, ...]:
    """In their order. Raises AgentFailed where the document does not hold as many as are asked for."""
    name = file if file in submission.files else next(iter(submission.files), file)
    found = _listed(submission.files.get(name, ""), name, asked.field)
    if not asked.min <= len(found) <= asked.max:
        raise AgentFailed("invalid_submission", f"{name}: {len(found)} {asked.field}, not {_range(asked)}")
    made = tuple(_item(entry, name, f"{asked.field}[{at}]", asked) for at, entry in enumerate(found))
    titles = [item.title for item in made]
    if twice := sorted({title for title in titles if titles.count(title) > 1}):
        raise AgentFailed("invalid_submission", f"{name}: several {asked.field} are called {twice[0]!r}")
    return made


def called(title: str) -> str:
    """A title as it is shown, on one line: what a reader could not see is written out there too."""
    return " ".join(visible(" ".join(line.removesuffix("\r") for line in title.split("\n"))).split())


def line(text: str, quote: str, title: str) -> int | None:
    """The line, from 1, of a JSON document in which the quote begins, of several the nearest to the title."""
    lines = [_bare(each) for each in text.split("\n")]
    words = _KEY.sub("", quote.strip().split("\n")[0])
    found, titled = _places(lines, words), _places(lines, title, whole=True)
    near = titled[0] if titled else 0
    return min(found, key=lambda at: abs(at - near)) + 1 if found else None


def _places(lines: Sequence[str], words: str, whole: bool = False) -> list[int]:
    """As JSON writes them, a whole text or a part, with and without escapes for what is not ASCII."""
    texts = [json.dumps(words, ensure_ascii=escaped) for escaped in (False, True)]
    written = [_bare(text if whole else text[1:-1]) for text in texts]
    return [at for at, each in enumerate(lines) if words.strip() and any(one in each for one in written)]


def _bare(text: str) -> str:
    return " ".join(text.split())


def _range(asked: Items) -> str:
    return str(asked.min) if asked.min == asked.max else f"{asked.min} to {asked.max}"


def _listed(text: str, name: str, field: str) -> list[Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AgentFailed("invalid_submission", f"{name} is not JSON: {error}") from None
    found = document.get(field) if isinstance(document, Mapping) else None
    if not isinstance(found, list):
        raise AgentFailed("invalid_submission", f"{name}: there is no list {field}")
    return found


def _item(entry: Any, file: str, place: str, asked: Items) -> Item:
    title = entry.get(asked.title) if isinstance(entry, Mapping) else None
    if not isinstance(title, str) or not title.strip():
        raise AgentFailed("invalid_submission", f"{file}: {place}: there is no {asked.title}")
    try:
        text = "\n".join(_told({asked.title: title, **entry}))
    except RecursionError:
        raise AgentFailed("invalid_submission", f"{file}: {place}: this is nested too deeply") from None
    return Item(called(title), text, file)


def _told(value: Any, depth: int = 0) -> Iterator[str]:
    """Keys with what stands under them; lines of a text are indented, so that none looks like a key."""
    if depth > DEEPEST:
        raise RecursionError
    indent = "    " * depth
    pairs = value.items() if isinstance(value, Mapping) else (("-", each) for each in value)
    for key, each in pairs:
        mark = key if key == "-" else f"{' '.join(key.split())}:"
        if isinstance(each, Mapping | list):
            yield f"{indent}{mark}"
            yield from _told(each, depth + 1)
        else:
            told = each if isinstance(each, str) else json.dumps(each)
            yield f"{indent}{mark} " + told.replace("\n", f"\n{indent}    ")
