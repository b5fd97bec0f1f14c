"""The sections of a paper: the running text in reading order, and where its headings stand in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `start` and `end` are its place in the text, its number included."""

    text: str
    number: str | None
    level: int
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sections:
    """A paper's text and headings, with the two sections that tell most; None where one is not found."""

    title: str | None
    text: str
    headings: list[Heading]
    introduction: str | None = None
    results: str | None = None

    def under(self, heading: Heading) -> str:
        """What stands between a heading and the next of the same or a higher level."""
        return self.text[heading.end : self._end(heading)].strip()

    def _end(self, heading: Heading) -> int:
        after = (each for each in self.headings if each.start > heading.start and each.level <= heading.level)
        return next((each.start for each in after), len(self.text))
