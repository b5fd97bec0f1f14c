"""A submission as a judge sees it: data between fences, never instructions.

The fence carries a nonce that follows from the content and a key of the user's: nothing inside can close it,
and the same content is shown in the same words again. Lines are numbered, which escapes whatever looks like
structure, and characters that a reader could not see are written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from engine.graders.nonce import nonce
from engine.visible import visible

Lines = Sequence[str | None]  # None where one is left out
Shown = Mapping[str, Lines]


def shown(files: Mapping[str, str]) -> Shown:
    """Each file's lines as they are shown. Only a newline ends a line, so that no other character can.

    Names that look alike once they are visible stay apart, or one file would hide another.
    """
    made: dict[str, Lines] = {}
    for name, text in files.items():
        free = next(each for each in _names(visible(name)) if each not in made)
        made[free] = [visible(line.removesuffix("\r")) for line in text.split("\n")]
    return made


def fence(files: Shown, kind: str = "submission") -> str:
    """All lines, numbered, between two fences that say what they hold, with one nonce."""
    body = "\n".join(
        f"--- file {number}: {name}\n" + "\n".join(_numbered(lines))
        for number, (name, lines) in enumerate(files.items(), 1)
    )
    word = nonce(kind, body)
    return f"<{kind}-{word}>\n{body}\n</{kind}-{word}>"


def _numbered(lines: Lines) -> Iterator[str]:
    for number, (line, before) in enumerate(zip(lines, ("", *lines), strict=False), 1):
        if line is not None:
            yield f"{number:>5}| {line}"
        elif before is not None:
            yield "--- lines are left out here"


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))
