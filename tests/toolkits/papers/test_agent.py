"""A scripted agent that really calls all five tools and hands in, through the engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.__main__ import main
from engine.config.mounts import CONF
from tests.servers.semantic_scholar import SemanticScholarServer

REVIEW = CONF / "task/literature/specimens/memory/strong.md"
FIVE = [
    {"tool": "web_search", "query": "memory of a language model", "max_results": 5},
    {"tool": "get_paper_with_tldr", "paper_id": "https://arxiv.org/abs/2310.08560v2"},
    {"tool": "get_paper_introduction", "paper_id": "arXiv:2310.08560"},
    {"tool": "get_paper_results", "paper_id": "corpus:memgpt"},
    {"tool": "get_paper_references", "paper_id": "2310.08560", "limit": 3},
    {"tool": "get_paper_results", "paper_id": "no such paper"},
]
WORDS = ("task=literature", "topic=memory", "grading=probe", "sandbox=subprocess", "out=out")

Run = Callable[..., tuple[dict[str, Any], list[dict[str, Any]]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with a model that calls these tools one a turn: its record, and what tools answered."""
    (tmp_path / "mine/model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def command(*calls: Mapping[str, Any], words: tuple[str, ...] = ()) -> Any:
        turns = [{"calls": [{"name": call.pop("tool"), "arguments": call}]} for call in map(dict, calls)]
        model = {"_target_": "engine.models.scripted.Scripted", "replies": turns}
        Path("mine/model/trying.yaml").write_text(json.dumps(model))
        shutil.rmtree("out", ignore_errors=True)
        assert main(["--config-dir", "mine", "agent.model=trying", *WORDS, *words]) == 0
        record = json.loads(Path("out/runs.jsonl").read_text())
        events = map(json.loads, Path("out/transcripts/000.jsonl").read_text().splitlines())
        return record, [event for event in events if event["event"] == "tool_result"]

    return command


def submitting(text: str) -> dict[str, str]:
    return {"tool": "submit", "content": text}


def test_over_the_corpus(run):
    """Each tool answers, an error is told, and the review is graded."""
    record, results = run(*FIVE, submitting(REVIEW.read_text()), words=("library=corpus",))
    answers = [json.loads(result["text"]) for result in results]
    assert [result["error"] for result in results] == [False] * 5 + [True]
    assert len(answers[0]["results"]) == 5
    assert answers[1]["title"].startswith("MemGPT")
    assert "RAG" in answers[2]["text"]
    assert "92.5%" in answers[3]["text"]
    assert len(answers[4]["references"]) == 3
    assert answers[5]["error"]["instead"] == "search by title"
    assert record["outcome"] != "void"
    assert record["verdicts"]["extended_context"]["verdict"] == "pass"


def test_a_short_review(run):
    """It is no submission, and no criterion is looked at."""
    record, _ = run(FIVE[0], submitting("RAG helps."), words=("library=corpus",))
    assert (record["outcome"], record["failure"]) == ("fail", "invalid_submission")


@pytest.mark.slow
def test_over_http_then_offline(run, tmp_path):
    """A run over a server, with the other sources dead; then the same run without any, for nothing."""
    words = (
        "library=web",
        f"library.cache={tmp_path / 'kept'}",
        "library.order=[semantic_scholar,openalex,corpus]",
    )
    gaps = ("library.sources.semantic_scholar.gap=0", "library.sources.openalex.gap=0")
    dead = ("library.sources.openalex.base_url=http://127.0.0.1:9",)
    calls = [FIVE[1], FIVE[4], submitting(REVIEW.read_text())]
    with SemanticScholarServer(key="k3y-of-mine") as server:
        here = (f"library.sources.semantic_scholar.base_url={server.url}",)
        key = ("library.sources.semantic_scholar.api_key=k3y-of-mine",)
        _, first = run(*calls, words=(*words, *gaps, *dead, *here, *key))
        assert not any("k3y-of-mine" in text for text in written(tmp_path))
    assert server.invalid == []
    assert [json.loads(result["text"]).get("source") for result in first] == ["semantic_scholar", None]
    _, second = run(*calls, words=(*words, *gaps, *dead, *here, "library.offline=true"))
    assert [result["text"] for result in second] == [result["text"] for result in first]


def written(folder: Path) -> list[str]:
    """All that lies below a folder."""
    return [path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()]


def test_offline_without_a_cache(run, tmp_path):
    """The run is void, since we are to blame, and says what was missed."""
    words = ("library=web", f"library.cache={tmp_path / 'kept'}", "library.offline=true")
    with pytest.raises(AssertionError, match="assert 3 == 0"):
        run(FIVE[0], submitting(REVIEW.read_text()), words=words)
    record = json.loads(Path("out/runs.jsonl").read_text())
    assert (record["outcome"], record["failure"]) == ("void", "tool")
    assert "library.offline=true, and this was never fetched" in record["reason"]
