"""A Python file that somebody submitted, as text and as a syntax tree. It is read, never run."""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from functools import cached_property

from engine.verdict import Evidence

# From Python 3.12 on an f-string is several tokens, of which the outer two hold the rest.
OPENS = getattr(tokenize, "FSTRING_START", None)
CLOSES = getattr(tokenize, "FSTRING_END", None)


@dataclass(frozen=True)
class Source:
    """One Python file. What is derived from its syntax raises SyntaxError or ValueError where it has none."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")

    @cached_property
    def code(self) -> str:
        """The text with blanks for comments and for what stands in strings; lines and columns stay."""
        assert self.tree  # what does not parse has no tokens to speak of
        rows = [list(line) for line in self.lines]
        for kind, start, end in _silent(self.lines):
            _blank(rows, start, end, mark="" if kind == tokenize.COMMENT else '"')
        return "\n".join("".join(row) for row in rows) + "\n"

    def evidence(self, line: int | None) -> tuple[Evidence, ...]:
        """That line, quoted, if there is such a line."""
        if line is None or not 1 <= line <= len(self.lines):
            return ()
        return (Evidence(self.lines[line - 1].strip(), self.name, line),)


Place = tuple[int, int]  # line from 1, column from 0


def _silent(lines: list[str]) -> list[tuple[int, Place, Place]]:
    """Kind, start and end of each comment and string."""
    found, opened = [], list[Place]()
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
        if token.type == OPENS:
            opened.append(token.start)
        elif token.type == CLOSES:
            found.append((tokenize.STRING, opened.pop(), token.end))
        elif token.type in (tokenize.COMMENT, tokenize.STRING):
            found.append((token.type, token.start, token.end))
    return found


def _blank(rows: list[list[str]], start: Place, end: Place, mark: str) -> None:
    """Overwrite a stretch with blanks, its first and last character with `mark` if there is one."""
    for line in range(start[0], end[0] + 1):
        row = rows[line - 1]
        first = start[1] if line == start[0] else 0
        last = end[1] if line == end[0] else len(row)
        row[first:last] = " " * (last - first)
    if mark:
        rows[start[0] - 1][start[1]] = rows[end[0] - 1][end[1] - 1] = mark
