"""Files that are no papers, or are meant to do harm: an error in words, soon, and without much memory."""

from __future__ import annotations

import time
import zlib

import pymupdf
import pytest

from tests.toolkits.papers.pdf.layouts import FIRST, LAST, TITLE, one_column
from tests.toolkits.papers.pdf.press import Press
from toolkits.papers.pdf.document import Broken
from toolkits.papers.pdf.extract import sections


def file(*objects: bytes) -> bytes:
    """A PDF of these objects, the first one its catalogue."""
    data, places = b"%PDF-1.7\n", []
    for at, each in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (at, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return data + end + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(data))


def pages(count: int, page: bytes = b"") -> list[bytes]:
    kids = b" ".join(b"%d 0 R" % (at + 3) for at in range(count))
    return [
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Count %d /Kids [%s]>>" % (count, kids),
        *[b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] %s>>" % page] * count,
    ]


def encrypted():
    return pymupdf.open(stream=one_column()).tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret")


def bomb():
    """Half a megabyte that becomes 450 MB of text to draw."""
    squeeze = zlib.compressobj(6)
    stream = squeeze.compress(b"BT /F1 9 Tf 9 700 Td ") + b"".join(
        squeeze.compress(b"(hostile text) Tj 0 0 Td " * 40_000) for _ in range(450)
    )
    stream += squeeze.flush()
    font = b"/Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Times-Roman>>>>>>"
    content = b"<</Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream" % (len(stream), stream)
    return file(*pages(1, b"/Contents 4 0 R " + font), content)


def nested():
    return file(*pages(1, b"/Contents 4 0 R /Deep " + b"[" * 2_000_000 + b"]" * 2_000_000), b"<<>>")


def circle():
    """A page that is its own parent and child."""
    return file(b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Count 9 /Kids [2 0 R] /Parent 2 0 R>>")


def empty_pages():
    press = Press()
    press.page()
    return press.done()


HOSTILE = {
    "encrypted": (encrypted, "password"),
    "truncated": (lambda: one_column()[:4000], "truncated"),
    "10,000 pages": (lambda: file(*pages(10_000)), "10,000 pages"),
    "not a PDF": (lambda: b"<html>Too many requests</html>", "not a PDF"),
    "nothing": (lambda: b"", "empty"),
    "no text": (empty_pages, "no text"),
    "noise": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"%%EOF", "."),
    "bomb": (bomb, "."),
    "nested": (nested, "."),
    "circle": (circle, "."),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
async def test_it_is_an_error_in_words_and_in_time(data, words):
    data = data()
    start = time.monotonic()
    with pytest.raises(Broken, match=words) as caught:
        await sections(data, seconds=10)
    assert time.monotonic() - start < 15
    assert len(str(caught.value)) > 10


async def test_a_good_file_comes_through_the_process_whole():
    found = await sections(one_column())
    assert found.title == TITLE
    assert found.introduction is not None
    assert found.introduction.startswith(FIRST)
    assert found.introduction.endswith(LAST)
    assert [each.text for each in found.headings][:2] == ["Abstract", "Introduction"]


async def test_time_is_bounded():
    with pytest.raises(Broken, match=r"more than 0\.01 s"):
        await sections(one_column(), seconds=0.01)


async def test_memory_is_bounded():
    with pytest.raises(Broken):
        await sections(bomb(), seconds=60, memory=300 << 20)
