"""The same paper as several sources know it."""

from __future__ import annotations

import pytest

from toolkits.papers.paper import Paper, without_doubles

PREPRINT = Paper("Lost in the Middle", ("Liu",), 2023, ids={"arxiv": "2307.03172"}, source="arxiv")
PRINTED = Paper("Lost in the middle.", (), 2024, "TACL", tldr="short", ids={"doi": "10.1/x"}, source="s2")
BOTH = Paper("LiM", ids={"doi": "10.1/x", "arxiv": "2307.03172"}, source="openalex")


def test_merging_keeps_the_first_word():
    """What one lacks comes from the other, and both are named."""
    paper = PREPRINT.merged(PRINTED)
    assert (paper.title, paper.authors, paper.year) == ("Lost in the Middle", ("Liu",), 2023)
    assert (paper.venue, paper.tldr, paper.source) == ("TACL", "short", "arxiv+s2")
    assert paper.ids == {"arxiv": "2307.03172", "doi": "10.1/x"}
    assert paper.merged(PRINTED).source == "arxiv+s2"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Paper("A", ids={"arxiv": "1"}), Paper("B", ids={"arxiv": "1"}), True),
        (Paper("A", ids={"arxiv": "1"}), Paper("A", ids={"arxiv": "2"}), False),
        (Paper("A", ids={"arxiv": "1", "doi": "x"}), Paper("A", ids={"arxiv": "1", "doi": "y"}), True),
        (Paper("A", ids={"doi": "x"}), Paper("A", ids={"doi": "y"}), True),  # preprint and print
        (Paper("A", ids={"doi": "x"}), Paper("B", ids={"doi": "y"}), False),
        (Paper("A: b-C", ids={"s2": "1"}), Paper("a b c", ids={"arxiv": "1"}), True),
        (Paper("Größe"), Paper("GROSSE"), True),
        (Paper("Café"), Paper("cafe"), True),
        (Paper("深度学习"), Paper("强化学习"), False),
        (Paper("深度学习"), Paper("深度学习"), True),
        (Paper("?"), Paper("!"), False),
    ],
)
def test_sameness(one, other, same):
    """By an id of one kind, or by the letters of the title."""
    assert one.is_same(other) is other.is_same(one) is same


def test_no_doubles():
    """Each once, where it first stood; one may show that two others are one."""
    other = Paper("Another", source="s2")
    assert without_doubles([PREPRINT, other, PRINTED]) == [PREPRINT.merged(PRINTED), other]
    shown = without_doubles([PREPRINT, other, Paper("X", ids={"doi": "10.1/x"}, source="s2"), BOTH])
    assert [(paper.title, paper.source) for paper in shown] == [
        ("Lost in the Middle", "arxiv+s2+openalex"),
        ("Another", "s2"),
    ]


def test_what_is_told():
    """Nothing that is not known, and the most usual id."""
    assert PRINTED.told("tldr", "abstract") == {
        "paper_id": "DOI:10.1/x", "title": "Lost in the middle.", "year": 2024, "venue": "TACL",
        "tldr": "short",
    }  # fmt: skip
    assert BOTH.told()["paper_id"] == "arXiv:2307.03172"
    assert "paper_id" not in Paper("A").told()
