"""Decides a criterion by a regular expression: plain, free, and blind to what the code really does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain, islice

import regex  # type: ignore[import-untyped]

from engine.agent import Attempt
from engine.source import Source
from engine.submission import Submission
from engine.verdict import Evidence, Verdict

SECONDS = 5.0  # that one search may take: some patterns take for ever on some texts
SHOWN = 3  # lines that are quoted
CUT = 200  # characters of a quoted line


async def decide(pattern: str, submission: Submission, attempt: Attempt) -> Verdict:  # noqa: ARG001
    """Whether it matches anywhere, and if so where first."""
    try:
        places = await asyncio.to_thread(_places, pattern, submission)
    except SyntaxError as error:
        return Verdict("fail", f"{error.filename} does not parse, so there is no code in it: {error.msg}")
    except TimeoutError:
        return Verdict("unclear", f"{pattern} takes more than {SECONDS:g} s on this text")
    if not places:
        return Verdict("fail", f"nothing matches {pattern}")
    return Verdict("pass", f"it matches {pattern}", tuple(places))


def problem(pattern: object) -> str | None:
    """What keeps this from being a regular expression, if anything does."""
    if not isinstance(pattern, str):
        return "this must be a regular expression, as a text"
    try:
        regex.compile(pattern, regex.MULTILINE)
    except regex.error as error:
        return f"this is no regular expression: {error}"
    return None


async def matches(pattern: str, text: str) -> bool:
    """Raises TimeoutError."""
    bounded = {"timeout": SECONDS, "concurrent": True}
    return await asyncio.to_thread(regex.search, pattern, text, regex.MULTILINE, **bounded) is not None


def _places(pattern: str, submission: Submission) -> list[Evidence]:
    """The first lines on which something matches."""
    return list(
        islice(chain.from_iterable(_within(pattern, *file) for file in submission.files.items()), SHOWN)
    )


def _within(pattern: str, name: str, text: str) -> Iterator[Evidence]:
    source = Source(name, text)
    searched = _code(source) if name.endswith(".py") else "\n".join(source.lines)
    for line in _lines(pattern, searched):
        yield Evidence(source.lines[line - 1].strip()[:CUT], name, line)


def _lines(pattern: str, text: str) -> Iterator[int]:
    """The numbers of the lines on which a match begins. Raises TimeoutError."""
    expression, start = regex.compile(pattern, regex.MULTILINE), 0
    while match := expression.search(text, start, timeout=SECONDS, concurrent=True):
        yield text.count("\n", 0, match.start()) + 1
        start = text.find("\n", match.start()) + 1
        if not start:
            return


def _code(source: Source) -> str:
    """Raises SyntaxError with the file's name, for whatever keeps it from being parsed."""
    try:
        return source.code.removesuffix("\n")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        told = SyntaxError(getattr(error, "msg", str(error)))
        told.filename = source.name
        raise told from error
