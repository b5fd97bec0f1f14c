"""Decides a criterion by a regular expression: plain, free, and blind to what the code really does."""

from __future__ import annotations

import asyncio

import regex  # type: ignore[import-untyped]

from engine.agent import Attempt
from engine.source import Source
from engine.submission import Submission
from engine.verdict import Evidence, Verdict

SECONDS = 5.0  # that one search may take: some patterns take for ever on some texts
SHOWN = 3  # places that are quoted
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


def matches(pattern: str, text: str) -> bool:
    """Raises TimeoutError."""
    return regex.search(pattern, text, regex.MULTILINE, timeout=SECONDS, concurrent=True) is not None


def _places(pattern: str, submission: Submission) -> list[Evidence]:
    found: list[Evidence] = []
    for name, text in submission.files.items():
        source = Source(name, text)
        searched = _code(source) if name.endswith(".py") else text
        for match in regex.finditer(pattern, searched, regex.MULTILINE, timeout=SECONDS, concurrent=True):
            line = searched.count("\n", 0, match.start()) + 1
            found.append(Evidence(source.lines[line - 1].strip()[:CUT], name, line))
            if len(found) == SHOWN:
                return found
    return found


def _code(source: Source) -> str:
    """Raises SyntaxError with the file's name, for whatever keeps it from being parsed."""
    try:
        return source.code
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        told = SyntaxError(getattr(error, "msg", str(error)))
        told.filename = source.name
        raise told from error
