"""Citation truth, against what tools have answered."""

from __future__ import annotations

from engine.submission import Submission
from tests.doubles import attempt
from tests.literature.parts import part

SHOWN = (
    '{"results":[{"paper_id":"arXiv:2310.08560","title":"MemGPT","authors":["Charles Packer","Ion Stoica"],'
    '"year":2023,"abstract":"Accuracy is 92.5% on 1,800 questions."}]}'
)


async def measured(tmp_path, text, *seen):
    here = attempt(tmp_path)
    here.seen.extend(seen)
    return await part("citations").measure(Submission({"review.md": text}), here)


async def test_what_tools_have_shown_is_supported(tmp_path):
    text = "MemGPT (Packer et al., 2023; arXiv:2310.08560v2) is at 92.5% on the 1800 questions of the set."
    assert await measured(tmp_path, text, SHOWN) == {
        "cited": 2,
        "numbers": 2,
        "unsupported_citations": 0,
        "unsupported_numbers": 0,
        "unsupported": [],
    }


async def test_what_they_have_not_is_listed(tmp_path):
    """An invented paper, a paper that exists and was not read, a number that was changed."""
    text = (
        "MemGPT (Packer et al., 2023) is at 95.2% on the questions that it was asked in the end. "
        "Smith and Jones (2024) say that it is so, and so does arXiv:2401.00001 in the same words as they do."
    )
    said = await measured(tmp_path, text, SHOWN)
    assert said["unsupported"] == ["2401.00001", "Smith 2024", "95.2%"]
    assert (said["unsupported_citations"], said["unsupported_numbers"]) == (2, 1)


async def test_usual_spellings_of_a_citation(tmp_path):
    """A year with a letter, and numbers in lists; a year after a word that is no author is none."""
    text = (
        "- Smith et al. (2024a): 97.31 on it.\n"
        "- Jones and others [2020] say so.\n"
        "- ImageNet 2012 and NeurIPS 2020\n"
    )
    said = await measured(tmp_path, text, SHOWN)
    assert said["unsupported"] == ["Smith 2024", "Jones 2020", "97.31"]


async def test_of_a_replay_nothing_can_be_said(tmp_path):
    said = await measured(
        tmp_path, "MemGPT (Packer et al., 2023) is at 95.2% on the questions that it was asked."
    )
    assert "nothing was read" in said["note"]
    assert "unsupported" not in said
