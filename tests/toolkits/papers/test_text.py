"""Parts of a paper out of its PDF, over HTTP."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from aiohttp import web

from engine.errors import Void
from engine.model import Request
from tests.doubles import Answering
from tests.servers.replies import Failure
from tests.servers.semantic_scholar import SemanticScholarServer
from tests.toolkits.papers.calling import calling
from tests.toolkits.papers.echo import Echo, asking
from tests.toolkits.papers.sites import sites
from tests.toolkits.papers.works import LOST, MEMGPT, WORKS
from toolkits.papers.identifier import PaperId
from toolkits.papers.library import Nowhere
from toolkits.papers.pdf.document import Broken
from toolkits.papers.sources.semantic_scholar import SemanticScholar
from toolkits.papers.sources.text import part_of
from toolkits.papers.trouble import Absent, Trouble

pymupdf = pytest.importorskip("pymupdf")
pytest.importorskip("toolkits.papers.pdf.extract")

FILLER = "The words of a paper fill its lines, and there are many of them in every paragraph. "


def pdf(*sections: tuple[str, str]) -> bytes:
    """A paper with these headings, and a paragraph below each."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 80), "A Paper About Things", fontsize=20, fontname="hebo")
    top = 130
    for heading, text in sections:
        page.insert_text((72, top), heading, fontsize=14, fontname="hebo")
        page.insert_textbox((72, top + 10, 540, top + 130), f"{text} {FILLER * 3}", fontsize=10)
        top += 150
    return bytes(document.tobytes())


PAPER = pdf(
    ("1 Introduction", "Earlier work is RAG."), ("2 Results", "It has 92.5% now."), ("3 Conclusion", "End.")
)
UNTOLD = pdf(
    ("1 Introduction", "Earlier work is RAG."),
    ("2 What we saw", "It has 92.5% now."),
    ("3 Conclusion", "End."),
)
ARXIV = {"arxiv": {"texts": {MEMGPT.arxiv: PAPER}}}


async def test_from_arxiv(tmp_path):
    """Both parts come from one download, and later from what is kept; offline as well."""
    cache = str(tmp_path / "kept")
    async with sites(**ARXIV) as here:
        ask = calling(tmp_path, here.library(cache=cache))
        for _ in range(2):
            introduction = await ask("get_paper_introduction", paper_id="2310.08560v1")
            results = await ask("get_paper_results", paper_id=f"S2:{MEMGPT.s2}")
        paths = [asked.path for asked in here.servers["arxiv"].asked]
    assert "Earlier work is RAG" in introduction["text"]
    assert "92.5%" in results["text"]
    assert "92.5%" not in introduction["text"]
    assert introduction["source"] == results["source"] == "arxiv"
    assert paths == ["/pdf/2310.08560"]
    assert here.invalid == []
    offline = here.library(cache=cache, offline=True)
    assert "92.5%" in (await offline.part(PaperId("arxiv", MEMGPT.arxiv), "results")).text
    with pytest.raises(Void):
        await offline.part(PaperId("arxiv", LOST.arxiv), "results")


async def test_no_pdf_is_kept(tmp_path):
    """Of the text only what was extracted lies on disk."""
    async with sites(**ARXIV) as here:
        await here.library(cache=str(tmp_path / "kept")).part(PaperId("arxiv", MEMGPT.arxiv), "results")
    assert b"%PDF-" not in (tmp_path / "kept/papers.sqlite").read_bytes()


async def test_where_a_source_points_to(tmp_path):
    """Its free text lies with another, who does not see the key."""
    async with Echo() as publisher:
        publisher.ways = {"/lost.pdf": lambda: web.Response(body=PAPER, content_type="application/pdf")}
        works = [replace(LOST, pdf=f"{publisher.url}/lost.pdf")]
        async with SemanticScholarServer(works, key="k3y") as server:
            source = SemanticScholar(server.url, gap=0, api_key="k3y")
            section = await source.part(PaperId("doi", LOST.doi), "introduction")
    assert "Earlier work is RAG" in section.text
    assert "k3y" not in str([dict(asked.headers) for asked in publisher.asked])


@pytest.mark.parametrize(
    "body",
    [b"<html>Log in</html>", b"", b"%PDF-1.7 and then nothing", PAPER[: len(PAPER) // 2]],
    ids=["html", "empty", "stub", "half"],
)
async def test_what_is_no_pdf(tmp_path, body):
    """It is told; a PDF that is broken is not fetched again, and a page in its place may be gone by then."""
    async with sites(arxiv={"texts": {MEMGPT.arxiv: body}}) as here:
        for _ in range(2):
            with pytest.raises(Nowhere, match=r"arxiv (has|cannot)|no heading in it"):
                await here.library().part(PaperId("arxiv", MEMGPT.arxiv), "results")
        assert len(here.servers["arxiv"].asked) == (1 if body.startswith(b"%PDF") else 2)


async def test_a_download_that_breaks(tmp_path, twice):
    """It is tried again."""
    async with sites(arxiv={**ARXIV["arxiv"], "failures": [Failure(kind="cut")]}) as here:
        section = await here.library().part(PaperId("arxiv", MEMGPT.arxiv), "results")
    assert "92.5%" in section.text
    assert here.asked["arxiv"] == 2


def line_of(words: str, request: Request) -> int:
    """Where they stand in a numbered list."""
    return int(re.search(rf"^ *(\d+)\| .*{words}", request.messages[0].parts[0], re.MULTILINE)[1])


async def test_headings_that_say_something_else(tmp_path):
    """Without a reader that is told; with one, the heading that it chooses is read."""
    async with sites(arxiv={"texts": {MEMGPT.arxiv: UNTOLD}, "works": WORKS}) as here:
        error = (await calling(tmp_path, here.library())("get_paper_results", paper_id=MEMGPT.arxiv))["error"]
        reader = Answering(lambda request: json.dumps({"line": line_of("What we saw", request)}))
        chosen = await calling(tmp_path, here.library(), reader)("get_paper_results", paper_id=MEMGPT.arxiv)
    assert (
        error["sources"]["arxiv"]["what"] == "has the text of this paper, and no heading in it says results"
    )
    assert chosen["heading"].endswith("What we saw")
    assert "92.5%" in chosen["text"]
    assert chosen["source"] == "arxiv"


async def test_a_reader_that_was_too_slow_is_asked_again(tmp_path, monkeypatch):
    """A busy machine is no property of the file; a damaged file is."""

    async def slow(data):
        raise Broken("reading it takes more than 30 s", temporary=True)

    async with Echo() as server:
        server.ways = {"/a.pdf": lambda: web.Response(body=b"%PDF-1.7 ...")}
        asked, url = asking(server, tmp_path), f"{server.url}/a.pdf"
        monkeypatch.setattr("toolkits.papers.pdf.extract.sections", slow)
        with pytest.raises(Trouble) as first:
            await part_of(asked, url, "results", "here")
        assert first.value.temporary
        monkeypatch.undo()
        with pytest.raises(Absent, match="cannot be read"):
            await part_of(asked, url, "results", "here")
