"""The five tools, over the corpus and over the servers."""

from __future__ import annotations

import pytest

from tests.servers.replies import Failure
from tests.toolkits.papers.calling import Call, calling
from tests.toolkits.papers.sites import sites
from tests.toolkits.papers.works import LOST, LSTM, MEMGPT
from toolkits.papers.library import Library
from toolkits.papers.sources.corpus import Corpus

DOWN = {"failures": [Failure(429, headers={"Retry-After": "90"})] * 100}
OF_A_PAPER = ("get_paper_with_tldr", "get_paper_introduction", "get_paper_results", "get_paper_references")
ODD = (
    *("2310.08560", "arXiv:2310.08560v2", "https://arxiv.org/pdf/2310.08560v2.pdf", "corpus:memgpt"),
    *("10.48550/arXiv.2310.08560", " https://www.arxiv.org/abs/2310.08560?x=1 "),
)


@pytest.fixture
def ask(tmp_path) -> Call:
    """Over the corpus alone."""
    return calling(tmp_path, Library({"corpus": Corpus()}))


class TestCorpus:
    """What an agent gets where no network is wanted."""

    async def test_a_search(self, ask):
        told = await ask("web_search", query="MemGPT paging memory", max_results=3)
        assert list(told) == ["results"]
        assert len(told["results"]) == 3
        first = told["results"][0]
        assert (first["paper_id"], first["source"], first["year"]) == ("arXiv:2310.08560", "corpus", 2023)
        assert len(first["abstract"]) <= 404
        assert first["abstract"].endswith(" ...")
        assert len((await ask("web_search", query="memory"))["results"]) == 5
        assert len((await ask("web_search", query="memory", max_results=20))["results"]) == 20
        assert await ask("web_search", query="zyzzyva") == {"results": []}

    async def test_every_result_leads_on(self, ask):
        """Each id of a search or a list of references can be asked for."""
        found = await ask("web_search", query="memory language robot policy", max_results=20)
        cited = await ask("get_paper_references", paper_id="2310.08560", limit=50)
        for paper in (*found["results"], *cited["references"]):
            told = await ask("get_paper_with_tldr", paper_id=paper["paper_id"])
            assert told["title"] == paper["title"]

    @pytest.mark.parametrize("id", ODD)
    async def test_any_spelling(self, ask, id):
        """All tools know the paper by it."""
        told = [await ask(tool, paper_id=id) for tool in OF_A_PAPER]
        assert told[0]["title"] == "MemGPT: Towards LLMs as Operating Systems"
        assert told[0]["tldr"]
        assert told[1]["heading"] == "Introduction"
        assert "92.5%" in told[2]["text"]
        assert len(told[3]["references"]) == 10
        assert all("title" in cited for cited in told[3]["references"])

    async def test_limits(self, ask):
        told = await ask("get_paper_references", paper_id="2310.08560", limit=2)
        assert len(told["references"]) == 2

    async def test_no_references(self, ask):
        """Where none are known, another way to them is."""
        error = (await ask("get_paper_references", paper_id="corpus:genagents"))["error"]
        assert error["sources"]["corpus"]["what"] == "knows no references of this paper"
        assert error["instead"] == "read its introduction, which names earlier work"

    async def test_a_long_part_is_cut(self, tmp_path):
        ask = calling(tmp_path, Library({"corpus": Corpus()}), characters=300, plain=200)
        told = await ask("get_paper_introduction", paper_id="2310.08560")
        assert len(told["text"]) <= 304
        assert told["text"].endswith(" ...")

    @pytest.mark.parametrize("tool", OF_A_PAPER)
    async def test_errors(self, ask, tool):
        """What, and what to do instead."""
        unknown = (await ask(tool, paper_id="2310.99999"))["error"]
        assert unknown["what"] == "no source has an answer"
        assert unknown["instead"] == "search for what it holds"
        assert unknown["sources"]["corpus"]["what"] == "does not hold this paper"
        odd = (await ask(tool, paper_id="MemGPT"))["error"]
        assert "'MemGPT' is no identifier of a paper; accepted: an arXiv id" in odd["what"]
        assert odd["instead"] == "search by title"

    @pytest.mark.parametrize(
        ("tool", "arguments", "words"),
        [
            ("web_search", {}, "'query' is a required property"),
            ("web_search", {"query": "  "}, "query"),
            ("web_search", {"query": "x" * 501}, "query: this breaks the rule maxLength 500"),
            ("web_search", {"query": "x", "max_results": 0}, "max_results: 0 is less than the minimum of 1"),
            (
                "web_search",
                {"query": "x", "max_results": 21},
                "max_results: 21 is greater than the maximum of 20",
            ),
            ("web_search", {"query": "x", "max_results": "5"}, "max_results: '5' is not of type 'integer'"),
            (
                "get_paper_references",
                {"paper_id": "x", "limit": 101},
                "limit: 101 is greater than the maximum",
            ),
            ("get_paper_results", {"paper_id": ""}, "paper_id"),
            ("get_paper_results", {"paper_id": "x", "page": 1}, "'page' was unexpected"),
        ],
    )
    async def test_wrong_arguments(self, ask, tool, arguments, words):
        assert words in await ask(tool, **arguments)


class TestSites:
    """What an agent gets over HTTP."""

    async def test_right_answers(self, tmp_path):
        """Of all tools but those that read a text, without a wrong request."""
        async with sites() as here:
            ask = calling(tmp_path, here.library())
            found = await ask("web_search", query="long-context", max_results=2)
            assert found["results"][0]["paper_id"] == f"arXiv:{LOST.arxiv}"
            assert found["results"][0]["tldr"] == LOST.tldr
            told = await ask("get_paper_with_tldr", paper_id=f"CorpusId:{MEMGPT.corpus_id}")
            assert told == {
                "paper_id": "arXiv:2310.08560", "title": MEMGPT.title, "authors": list(MEMGPT.authors),
                "year": 2023, "venue": "arXiv.org", "abstract": MEMGPT.abstract, "tldr": MEMGPT.tldr,
                "source": "semantic_scholar",
            }  # fmt: skip
            cited = await ask("get_paper_references", paper_id="2310.08560")
            assert [paper["title"] for paper in cited["references"]] == [
                LOST.title,
                LSTM.title,
                "A technical report",
            ]
            assert "paper_id" not in cited["references"][2]
        assert here.invalid == []

    async def test_a_dead_source(self, tmp_path, twice):
        """The others answer, and the trouble is told beside."""
        async with sites(semantic_scholar=DOWN) as here:
            ask = calling(tmp_path, here.library())
            found = await ask("web_search", query="paging memory")
        assert [paper["source"] for paper in found["results"]] == ["arxiv"]
        trouble = found["trouble"]["semantic_scholar"]
        assert trouble["what"] == "is asked too often (HTTP 429)"
        assert trouble["retry_after"] == 90
        assert trouble["instead"].startswith("try again later, or use another tool")

    async def test_all_sources_dead(self, tmp_path, twice):
        """Each tool says so, when to come back, and what to do instead."""
        async with sites(semantic_scholar=DOWN, arxiv=DOWN, openalex=DOWN) as here:
            ask = calling(tmp_path, here.library())
            errors = [(await ask("web_search", query="memory"))["error"]]
            errors += [(await ask(tool, paper_id="2310.08560"))["error"] for tool in OF_A_PAPER]
        for error in errors:
            assert error["retry_after"] <= 90
            assert error["instead"].startswith("try again later")
            assert error["sources"]

    async def test_a_part_that_nobody_has(self, tmp_path):
        """It is said in words, never as a crash."""
        async with sites() as here:
            ask = calling(tmp_path, here.library(order=["semantic_scholar", "openalex"]))
            error = (await ask("get_paper_results", paper_id=LSTM.doi))["error"]
        assert error["sources"]["openalex"]["what"] == "knows no free text of this paper"
        assert error["instead"]
