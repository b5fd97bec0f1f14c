"""A PDF as plain data: pages of lines with their places and type, and the outline.

The only module that knows the library behind it. Files come from the web and may be anything, so what is no
readable paper is refused in words, and only the first pages are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PAGES = 60  # read at most
LONGEST = 2_000  # pages; no paper is longer
CHARACTERS = 3_000_000  # over all pages that are read

RAISED, ITALIC, BOLD = 1, 2, 16  # flags of a span
_HEAVY = re.compile(r"bold|black|heavy|demi|medi|cmbx|sfbx", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u00ad\u200b-\u200f\ufeff\ufffd]")
_MARK = re.compile(r"[\d,\u2217*†‡§¶\u2013-]+")
_SPACES = re.compile(r"\s+")


class Broken(ValueError):
    """What was given is no paper that can be read; the message says why. `temporary`: it may be yet."""

    def __init__(self, why: str, *, temporary: bool = False) -> None:
        super().__init__(why)
        self.temporary = temporary


@dataclass(frozen=True, slots=True)
class Line:
    """One line of type. `size` is that of most of its characters, or of the large capitals of small caps."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    italic: bool
    page: int
    block: int  # lines of one block follow each other closely


@dataclass(frozen=True, slots=True)
class Page:
    """A page's measures and its upright lines, in the order of the file."""

    width: float
    height: float
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Document:
    """What the file holds; `outline` are its bookmarks with their levels."""

    pages: list[Page]
    outline: list[tuple[int, str]]


def read(data: bytes, pages: int = PAGES) -> Document:
    """The first pages of a PDF. Raises Broken for what cannot be read."""
    if b"%PDF-" not in data[:1024]:
        raise Broken("it is empty" if not data else "it is not a PDF: it does not start with %PDF-")
    if b"%%EOF" not in data[-4096:]:
        raise Broken("it is truncated: it does not end as a PDF does, with %%EOF")
    library = _library()
    try:
        with library.open(stream=data, filetype="pdf") as file:
            return _read(file, pages)
    except Broken:
        raise
    except Exception as error:  # the library raises what it likes
        if "alloc" in str(error):
            raise Broken("reading it takes too much memory") from error
        raise Broken(f"it is damaged: {error}"[:200]) from error


def _library() -> Any:
    """The library, silent; it has no types of its own."""
    import pymupdf

    library: Any = pymupdf
    library.TOOLS.mupdf_display_errors(False)
    library.TOOLS.mupdf_display_warnings(False)
    return library


def _read(file: Any, pages: int) -> Document:
    if file.needs_pass:
        raise Broken("it is encrypted and needs a password")
    if not file.page_count:
        raise Broken("it is damaged: it has no pages")
    if file.page_count > LONGEST:
        raise Broken(f"it has {file.page_count:,} pages; at most {LONGEST:,} are accepted")
    read: list[Page] = []
    characters = 0
    for number in range(min(pages, file.page_count)):
        read.append(_page(file[number], number))
        characters += sum(len(line.text) for line in read[-1].lines)
        if characters > CHARACTERS:
            raise Broken(f"its first {number + 1} pages hold more than {CHARACTERS:,} characters")
    if not characters:
        raise Broken("it has no text: its pages are empty, or scanned images")
    if _latin(read) < 0.4:
        raise Broken("its text cannot be read: most of its characters are no Latin letters")
    return Document(read, [(level, _clean(title)) for level, title, *_ in file.get_toc()])


def _latin(pages: list[Page]) -> float:
    text = "".join(line.text for page in pages for line in page.lines).replace(" ", "")
    return sum(letter.isascii() and letter.isalpha() for letter in text) / len(text)


def _page(page: Any, number: int) -> Page:
    library = _library()
    flags = library.TEXTFLAGS_DICT & ~library.TEXT_PRESERVE_IMAGES
    upright = [
        (at, raw["spans"])
        for at, block in enumerate(page.get_text("dict", flags=flags)["blocks"])
        for raw in block.get("lines", ())
        if raw["dir"][0] > 0.99  # not stamps and axes
    ]
    _join_initials([spans for _, spans in upright])
    lines = [line for at, spans in upright for line in _line(spans, number, at)]
    return Page(page.rect.width, page.rect.height, lines)


def _join_initials(lines: list[list[dict[str, Any]]]) -> None:
    """Gives a large initial to the line that it begins: it is set as its own line, or in the second one."""
    for at, spans in enumerate(lines):
        first, *others = [span for span in spans if span["text"].strip()] or [{}]
        beside = lines[at - 1 if others else at + 1] if 0 < at < len(lines) - 1 else []
        if first and beside and _is_initial(first, others or beside):
            beside[0]["text"] = first["text"].strip() + beside[0]["text"].lstrip()
            first["text"] = ""


def _is_initial(first: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    letter = len(first["text"].strip()) == 1 and first["text"].strip().isalpha()
    return letter and bool(first["size"] > 1.8 * others[0]["size"])


def _line(spans: list[dict[str, Any]], page: int, block: int) -> Iterator[Line]:
    text = _clean(_joined(spans))
    spans = [span for span in spans if span["text"].strip()]
    if not text or not spans:
        return
    boxes = [span["bbox"] for span in spans]
    yield Line(
        text,
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
        _size(spans, text),
        _share(spans, BOLD, _HEAVY) > 0.6,
        _share(spans, ITALIC, None) > 0.6,
        page,
        block,
    )


def _joined(spans: list[dict[str, Any]]) -> str:
    """The spans' text; a capital is joined to the small capitals after it, which some files set apart."""
    text = ""
    for before, span in zip([None, *spans], spans, strict=False):
        if _is_mark(span, text):
            text = text.rstrip()
            continue
        small = before and span["size"] < 0.9 * before["size"] and span["text"].strip().isupper()
        if small and before and re.search(r"(^|[\s-])[A-Z]\s$", text) and _touch(before, span):
            text = text.rstrip()
        text += span["text"]
    return text


def _is_mark(span: dict[str, Any], text: str) -> bool:
    """A footnote's mark: raised, after a word or a stop."""
    raised = span["flags"] & RAISED and _MARK.fullmatch(span["text"].strip())
    return bool(raised and re.search(r"[^\W\d_]{3}$|[.,;:)\]”\"]$", text.rstrip()))


def _touch(before: dict[str, Any], span: dict[str, Any]) -> bool:
    return bool(span["bbox"][0] - before["bbox"][2] < 0.1 * before["size"])


def _size(spans: list[dict[str, Any]], text: str) -> float:
    weights: dict[float, int] = {}
    for span in spans:
        size = round(span["size"], 1)
        weights[size] = weights.get(size, 0) + len(span["text"].strip())
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters) > 0.6 * len(letters)
    return max(weights) if capitals else max(weights, key=lambda size: weights[size])


def _share(spans: list[dict[str, Any]], flag: int, names: re.Pattern[str] | None) -> float:
    """The share of the characters that have a flag, or a font of such a name."""
    having = [span for span in spans if span["flags"] & flag or (names and names.search(span["font"]))]
    return sum(len(s["text"].strip()) for s in having) / sum(len(s["text"].strip()) for s in spans)


def _clean(text: str) -> str:
    """Ligatures and wide forms as plain letters, one kind of space, nothing invisible."""
    return _SPACES.sub(" ", _CONTROL.sub("", unicodedata.normalize("NFKC", text))).strip()
