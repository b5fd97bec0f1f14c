"""What is decided of ideas without a model, of documents that were made to mislead or to take for ever."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from engine.submission import Submission
from engine.task import Assets
from engine.verdict import Verdict
from tests.doubles import attempt
from tests.ideas.test_over_http import ROOT
from tests.score import module

SECONDS = 30.0  # for what takes a few at most
GIVEN = Assets(ROOT / "conf/task/ideas").given()
CITED = "MemGPT (Packer et al., 2023; arXiv:2310.08560)"
OTHER = "Unheard of (Nobody et al., 2021)"


def found(citation: str, *seen: str) -> str:
    """Of the reviews, and of what a tool has shown."""
    citing = module("ideas", "citing")
    said: str = citing.found(citation, citing.folded(" ".join([*GIVEN.values(), *seen])))
    return said


async def probed(folder: Path, document: Any) -> dict[str, Verdict]:
    """Within the time."""
    text = document if isinstance(document, str) else json.dumps(document)
    here = attempt(folder, given=GIVEN)
    start = time.perf_counter()
    said: dict[str, Verdict] = await module("ideas", "ideas").probe(Submission({"ideas.json": text}), here)
    assert time.perf_counter() - start < SECONDS
    return said


@pytest.mark.parametrize(
    ("citation", "kind"),
    [
        (CITED, "known"),
        ("Packer et al., 2023; arXiv:2310.08560v2", "known"),
        ("MemGPT (2023)", "known"),
        ("MEMGPT: Towards LLMs as Operating Systems, 2023", "known"),
        ("Lewis et al., 2020", "known"),
        ("Lewis et al. (2020)", "known"),
        ("Retrieval-Augmented Generation (Lewis et al., 2020)", "known"),
        # as whole words alone
        ("MemGPTs (2023)", "unknown"),
        ("Performance of Unicorns (Nobody et al., 2021)", "unknown"),
        ("MemGPT (2019)", "unknown"),
        # an author and a year that are known do not make any name a paper
        ("Quantum Unicorn Memory (Lewis et al., 2020)", "unknown"),
        ("Lewis et al., 1920", "unknown"),
        (OTHER, "unknown"),
        # another paper's id, and one that cannot be
        ("Unicorns (Nobody et al., 2023; arXiv:2310.08560)", "false"),
        ("MemGPTs (Packers et al., 2023; arXiv:2310.08560)", "false"),
        ("Unicorns (2399.99999)", "false"),
        # what comes too late is not looked at
        ("A" * 300 + f" {CITED}", "unknown"),
        (CITED + "A" * 300, "known"),
        ("", "unknown"),
    ],
)
def test_a_citation(citation, kind):
    """By whole names, by author and year together, and by ids."""
    assert found(citation) == kind


def test_what_a_tool_has_shown_is_known():
    """A name beside its author and year, or its id."""
    shown = "Quantum Unicorn Memory, A. Lewis, 2020, arXiv:2005.99999"
    assert found("Quantum Unicorn Memory (Lewis et al., 2020)", shown) == "known"
    assert found("Unicorn Memory (arXiv:2005.99999)", shown) == "known"
    assert found("Something else (arXiv:2005.99999)", shown) == "unknown"


@pytest.mark.parametrize(
    "citation",
    [
        "A" * 1_000_000,
        "A" + "-" * 1_000_000,
        "Aa and " * 150_000,
        "2310.08560 " * 90_000,
        "\u0301" * 1_000_000,
    ],
    ids=lambda text: ascii(text[:7]),
)
def test_a_long_citation_ends_quickly(citation):
    """A megabyte, which a pattern could be made to try from each of its letters."""
    citing = module("ideas", "citing")
    citing.found(CITED, "")  # reads the corpus
    start = time.perf_counter()
    assert citing.found(citation, citation.lower()) in ("unknown", "false")
    assert time.perf_counter() - start < SECONDS / 10


def idea(number: int = 0, **changes: Any) -> dict[str, Any]:
    """Its problem has words that no other's has."""
    own = " ".join(f"w{chr(97 + number)}{letter}rd" for letter in "abcdefgh")
    return {"title": f"Idea {number}", "problem": own, "papers": [CITED], **changes}


async def test_sound_ideas(tmp_path):
    """What the cases below start from passes both."""
    said = await probed(tmp_path, {"ideas": [idea(at) for at in range(5)]})
    assert {id: each.verdict for id, each in said.items()} == {"distinct": "pass", "papers": "pass"}


@pytest.mark.parametrize(
    ("document", "papers"),
    [
        ({"ideas": [{}] * 20_000}, "fail"),
        ({"ideas": [idea(at, papers=["A" * 1_000_000]) for at in range(3)]}, "unclear"),
        ({"ideas": [idea(at, papers=[OTHER] * 30_000) for at in range(3)]}, "unclear"),
        ({"ideas": [idea(at, papers=[]) for at in range(20)]}, "fail"),
        ({"ideas": [idea(at, metrics=["A b c"] * 100_000) for at in range(2)]}, "pass"),
        ({"ideas": [idea(at, approach=f"{chr(97 + at)}word " * 50_000) for at in range(20)]}, "pass"),
        ({"ideas": "A" * 1_000_000}, "pass"),
        ("[" * 1_000_000, "pass"),
    ],
    ids=["empty", "long", "many", "none", "metrics", "words", "text", "deep"],
)
async def test_a_hostile_document_ends_quickly(tmp_path, document, papers):
    """Whatever is beyond what the form lets through is not looked at; `parts` fails it."""
    assert (await probed(tmp_path, document))["papers"].verdict == papers


async def test_only_the_first_twenty_are_looked_at(tmp_path):
    """No rubric takes more by default."""
    sound = [idea(at) for at in range(20)]
    false = idea(20, papers=["Unicorns (2399.99999)"])
    assert (await probed(tmp_path, {"ideas": [*sound, false]}))["papers"].verdict == "pass"
    assert (await probed(tmp_path, {"ideas": [*sound[:19], false]}))["papers"].verdict == "fail"
