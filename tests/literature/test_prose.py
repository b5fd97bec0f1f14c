"""A review as sentences."""

from __future__ import annotations

import pytest

from tests.literature.parts import part

sentences = part("prose").sentences


def test_sentences_know_their_line_and_paragraph():
    text = "# Memory\n\nThe first is short. It goes\non over lines, as it may.\n\n- An item is here.\n"
    found = [(each.text, each.line, each.paragraph) for each in sentences(text)]
    assert found == [
        ("Memory", 1, 0),
        ("The first is short.", 3, 1),
        ("It goes on over lines, as it may.", 3, 1),
        ("An item is here.", 6, 2),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "RAG (Lewis et al. 2020) is one of them.",
        "It needs 2.5 times as much, e.g. Of memory.",
        "See Fig. 3 for what it does.",
    ],
)
def test_a_full_stop_that_ends_no_sentence(text):
    assert len(sentences(text)) == 1


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("The model reads the passages that a retriever has found for the question.", True),
        ("RAG, DPR, REALM, FiD, RETRO: 44.5, 41.5, 40.4, 51.4, 25x", False),
        ("Retrieval: RAG 44.5 EM NQ; DPR 41.5 EM NQ", False),
        ("| RAG | 44.5 | of the questions that are in the set |", False),
        ("MemGPT 92.5% deep memory retrieval operating system paging function calls tiers", False),
        ("Too short to be one.", False),
    ],
)
def test_what_is_prose(text, prose):
    assert [each.prose for each in sentences(text)] == [prose]


@pytest.mark.parametrize(
    "heading", ["## References", "References\n==========", "**Bibliography**", "### 7. Works cited"]
)
def test_a_list_of_references_is_left_out(heading):
    """Until the next heading."""
    text = f"Before it is one.\n\n{heading}\n\n[1] Lewis et al. RAG. 44.5 EM.\n\n## After\n\nMore."
    assert [each.text for each in sentences(text) if "Lewis" in each.text] == []
    assert sentences(text)[-1].text == "More."


def test_markdown_leaves_no_trace():
    (only,) = sentences("**MemGPT** reads _paged_ memory, see [the paper](https://arxiv.org/abs/2310.08560).")
    assert only.text == "MemGPT reads paged memory, see the paper (https://arxiv.org/abs/2310.08560)."
