"""What reviews cover: all specimens, and the rules one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.submission import Submission
from engine.verdict import Verdict
from tests.doubles import NoSandbox, inside
from tests.literature.parts import part
from toolkits.papers.entry import entries

SPECIMENS = Path(__file__).parents[2] / "conf/task/literature/specimens"
LABELS: dict[str, dict[str, Any]] = {
    f"{folder.name}/{name}": label
    for folder in sorted(SPECIMENS.iterdir())
    for name, label in json.loads((folder / "labels.json").read_text(encoding="utf-8")).items()
}
LEAST = 9  # specimens a topic


async def said(text: str) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = await part("coverage").probe(
        Submission({"review.md": text}), inside(NoSandbox())
    )
    return verdicts


@pytest.mark.parametrize("name", [name for name, label in LABELS.items() if "verdicts" in label])
async def test_a_specimen_gets_what_its_label_says(name):
    """All eight criteria that need no judge."""
    found = await said((SPECIMENS / f"{name}.md").read_text(encoding="utf-8"))
    decided = {id: want for id, want in LABELS[name]["verdicts"].items() if id in found}
    assert len(decided) == 8
    assert {id: found[id].verdict for id in decided} == decided


def test_every_specimen_is_labelled():
    assert {f"{file.parent.name}/{file.stem}" for file in SPECIMENS.glob("*/*.md")} == set(LABELS)
    for topic in ("memory", "rl", "robotics"):
        assert sum(name.startswith(f"{topic}/") for name in LABELS) >= LEAST


def test_labels_agree_with_themselves():
    """A run passes from seven points on, and a review that is too short is never looked at."""
    for name, label in LABELS.items():
        if "verdicts" in label:
            points = sum(verdict == "pass" for verdict in label["verdicts"].values())
            assert (label["outcome"] == "pass") == (points >= 7), name
        else:
            assert label["failure"] == "invalid_submission", name


ODD = ["", "\x00\u202e" * 50, "# " * 1000, "RAG " * 20_000, "[" * 5_000, "a. " * 30_000]
ODD += ["RAG is in it and so on. " * 8_000, "It is so and so. " * 8_000]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
async def test_any_text_is_read(text):
    """In bounded time, and without a crash."""
    assert {verdict.verdict for verdict in (await said(text)).values()} == {"fail"}


async def test_evidence_is_where_it_stands():
    text = "One line before it.\n\nOn Natural Questions RAG reaches 44.5 EM, with what it retrieves.\n"
    (evidence,) = (await said(text))["seminal_rag"].evidence
    assert (evidence.file, evidence.line) == ("review.md", 3)


async def test_names_and_results_explain_nothing():
    """Without a word on how it works, an approach is not covered, though each work may be."""
    text = (
        "PPO won 30 of the 49 Atari games. "
        "DQN (Mnih et al., 2015) was at 75% of the human score in 29 of the games."
    )
    found = await said(text)
    assert found["deep_rl_foundations"].verdict == "fail"
    assert "hardly a word" in found["deep_rl_foundations"].reason
    assert found["seminal_dqn2015"].verdict == "pass"


async def test_a_frame_filled_again_and_again_explains_nothing():
    """Whoever pours names and results into one sentence covers no approach, and no run passes by it."""
    frame = (
        "The work that is called {} is one of those that are of interest to us here, "
        "and it has to do with {}, and the number is {}. "
    )
    facts = [(paper, fact) for paper in entries().values() if paper.core for fact in paper.facts]
    found = await said(
        "".join(frame.format(paper.name, fact.near[0], fact.numbers[0]) for paper, fact in facts)
    )
    approaches = {id: verdict.verdict for id, verdict in found.items() if not id.startswith("seminal_")}
    assert set(approaches.values()) == {"fail"}
