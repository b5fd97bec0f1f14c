"""Which papers a sentence names."""

from __future__ import annotations

import pytest

from tests.literature.parts import part
from toolkits.papers.entry import entries

NAMES = part("naming").Names(entries())
sentences = part("prose").sentences


def named(text: str) -> list[set[str]]:
    return [{mention.key for mention in found} for found in NAMES.mentions(sentences(text))]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("MemGPT pages its memory.", {"memgpt"}),
        ("It was shown in arXiv:2310.08560 that it works.", {"memgpt"}),
        ("Packer et al. (2023) page memory.", {"memgpt"}),
        ("Packer and colleagues, 2023, page memory.", {"memgpt"}),
        ("In MemGPT: Towards LLMs as Operating Systems, memory is paged.", {"memgpt"}),
        ("transformer-xl and Transformer XL", {"transformer_xl"}),
        ("Mobile ALOHA adds a base.", {"mobilealoha"}),
        ("RT-1-X is trained on the data of many robots.", {"rtx"}),
        ("GraphRAG and Self-RAG and HippoRAG", {"graphrag", "selfrag", "hipporag"}),
        ("The reflexions of a mirror, memgpt-like.", set()),
        ("We remember her well; act now.", set()),
        ("Wu et al. (2022) could be two of them.", set()),
    ],
)
def test_names(text, keys):
    """By name, identifier, or author and year; the longest counts; capitals matter in short ones."""
    assert named(text) == [keys]


def test_a_common_word_must_be_introduced():
    """Then it goes on naming the paper."""
    assert named("RAG helps models. It is cheap.") == [set(), set()]
    assert named("RAG helps.\n\nLewis et al. (2020) made it.") == [set(), {"rag"}]
    first, second = named("RAG (Lewis et al., 2020) reads passages. Later work extends RAG.")
    assert "rag" in first
    assert second == {"rag"}


def test_a_result_introduces_as_well():
    assert named("On Natural Questions RAG reaches 44.5 EM.") == [{"rag"}]


def test_one_name_of_two_papers():
    """Both, where nothing tells them apart; the one that author and year mean, where they do."""
    assert named("A deep Q-network, DQN (Mnih et al., 2015), learns from pixels.") == [{"dqn2015"}]
