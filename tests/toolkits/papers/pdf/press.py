"""Sets small papers as PDFs, in the ways in which real ones are set."""

from __future__ import annotations

from dataclasses import dataclass, field

import pymupdf

WIDTH, HEIGHT, TOP, BOTTOM, SIDE, GAP = 612, 792, 90, 700, 72, 24
FONTS = {"roman": pymupdf.Font("tiro"), "bold": pymupdf.Font("tibo"), "italic": pymupdf.Font("tiit")}

FILLER = (
    "Long texts are hard to keep in mind, for people as well as for machines that read them.",
    "Earlier work has looked at this from several sides, with results that do not always agree.",
    "We take a step back and ask what a reader needs, and when it is needed.",
    "A small store that is written to with care does better than a large one that takes all.",
    "This holds over sizes, over languages, and over the kinds of questions that were asked.",
    "Where it does not hold, the reason lies in the data rather than in the method.",
)


@dataclass
class Press:
    """A paper in the making: text goes to the cursor, from column to column and page to page."""

    columns: int = 1
    size: float = 10
    head: str | None = None
    folios: bool = False
    file: pymupdf.Document = field(default_factory=pymupdf.open)
    y: float = BOTTOM
    column: int = 99
    top: float = TOP
    writer: pymupdf.TextWriter | None = None

    @property
    def measure(self) -> float:
        return (WIDTH - 2 * SIDE - (self.columns - 1) * GAP) / self.columns

    @property
    def left(self) -> float:
        return SIDE + self.column * (self.measure + GAP)

    def room(self, height: float) -> None:
        if self.y + height <= BOTTOM:
            return
        self.column, self.y = self.column + 1, self.top
        if self.column >= self.columns:
            self.page()

    def page(self) -> None:
        self.print()
        page = self.file.new_page(width=WIDTH, height=HEIGHT)
        self.writer = pymupdf.TextWriter(page.rect)
        self.column, self.y, self.top = 0, TOP, TOP
        if self.head:
            self.put(SIDE, 50, self.head, 8)
        if self.folios:
            self.put(WIDTH / 2, 750, str(page.number + 1), self.size)

    def print(self) -> None:
        if self.writer:
            self.writer.write_text(self.file[-1])

    def put(self, x: float, y: float, text: str, size: float, font: str = "roman") -> float:
        """Text at a place; where it ends."""
        _, end = self.writer.append((x, y), text, font=FONTS[font], fontsize=size)
        return float(end[0])

    def stamp(self, x: float, y: float, text: str, size: float) -> None:
        """Text that stands upright at a place."""
        writer = pymupdf.TextWriter(self.file[-1].rect)
        writer.append((x, y), text, font=FONTS["roman"], fontsize=size)
        writer.write_text(self.file[-1], morph=(pymupdf.Point(x, y), pymupdf.Matrix(90)))

    def title(self, text: str, size: float = 17) -> None:
        """Across all columns, which begin below it."""
        self.page()
        self.put((WIDTH - FONTS["bold"].text_length(text, size)) / 2, TOP, text, size, "bold")
        self.top = self.y = TOP + 3 * size

    def heading(
        self,
        text: str,
        number: str = "",
        size: float = 12,
        font: str = "bold",
        apart: bool = False,
        centred: bool = False,
    ) -> None:
        """`apart` sets the number as TeX does, as a piece of its own."""
        self.room(4 * size)
        self.y += 1.8 * size
        whole = text if apart else f"{number} {text}".strip()
        x = self.left + (self.measure - FONTS[font].text_length(whole, size)) / 2 if centred else self.left
        if apart:
            x = self.put(x, self.y, number, size, font) + size
        self.put(x, self.y, whole, size, font)
        self.y += 0.8 * size

    def small_capitals(self, text: str, number: str = "", size: float = 12, centred: bool = False) -> None:
        """A heading whose words begin with a large capital and go on with small ones."""
        self.room(4 * size)
        self.y += 1.8 * size
        x = self.left + (self.measure / 3 if centred else 0)
        if number:
            x = self.put(x, self.y, number, size) + (size / 3 if centred else size)
        for word in text.upper().split():
            x = self.put(x, self.y, word[0], size)
            x = self.put(x, self.y, word[1:], 0.8 * size) + 0.3 * size
        self.y += 0.8 * size

    def prose(
        self, *sentences: str, size: float | None = None, font: str = "roman", inset: float = 0
    ) -> None:
        """A paragraph. A word with | in it is broken there, at the end of a line."""
        size = size or self.size
        line = ""
        for word in " ".join(sentences).split():
            start, broken, rest = word.partition("|")
            longer = f"{line} {start}{'-' if broken else ''}".strip()
            if broken or FONTS[font].text_length(longer, size) > self.measure - 2 * inset:
                self.line(longer if broken else line, size, font, inset)
                line = rest if broken else word
            else:
                line = longer
        self.line(line, size, font, inset)
        self.y += 0.6 * size

    def line(self, text: str, size: float, font: str = "roman", inset: float = 0) -> None:
        self.room(1.2 * size)
        self.y += 1.2 * size
        self.put(self.left + inset, self.y, text, size, font)

    def section(self, first: str, last: str, paragraphs: int = 3) -> None:
        """Prose between two sentences."""
        self.prose(first, *FILLER)
        for _ in range(paragraphs - 2):
            self.prose(*FILLER)
        self.prose(*FILLER, last)

    def table(self, caption: str, rows: list[tuple[str, ...]], size: float = 9) -> None:
        self.room((len(rows) + 4) * 1.2 * size)
        self.y += size
        for row in rows:
            self.y += 1.2 * size
            for at, cell in enumerate(row):
                self.put(self.left + 20 + at * (self.measure - 40) / len(row), self.y, cell, size)
        self.y += 0.6 * size
        self.prose(caption, size=9)
        self.y += 10

    def done(self, outline: list[tuple[int, str, int]] | None = None) -> bytes:
        self.print()
        if outline:
            self.file.set_toc([list(mark) for mark in outline])
        return bytes(self.file.tobytes())
