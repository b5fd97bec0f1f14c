"""Whose result a number is, and whether it is denied."""

from __future__ import annotations

import pytest

from tests.literature.parts import part

treatments = part("coverage").treatments


def right(text: str) -> set[str]:
    """The papers of which the text gives a right result."""
    return {key for key, treatment in treatments(text).items() if treatment.right}


INTRODUCED = "RAG (Lewis et al., 2020) and DPR (Karpukhin et al., 2020) are what the field is built on. "


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("On Natural Questions, RAG reaches 44.5 EM, which was the best at the time.", {"rag"}),
        ("With 44.5 EM on Natural Questions, RAG was the best system of its time.", {"rag"}),
        ("RAG reads what a retriever finds. It reaches 44.5 EM on Natural Questions in the end.", {"rag"}),
        ("RAG reaches 44.5 EM on Natural Questions, whereas DPR was at 41.5 EM on the same.", {"rag", "dpr"}),
        (
            "RAG and DPR reach 44.5 and 41.5 EM on Natural Questions, respectively, as was shown.",
            {"rag", "dpr"},
        ),
        ("RAG reaches 41.5 EM on Natural Questions, and DPR is at 44.5 EM on the same set.", set()),
        ("RAG beats DPR by a margin on Natural Questions and is at 44.5 EM in the open setting.", {"rag"}),
        ("RAG was beaten by DPR, which is the one that reaches 44.5 EM on Natural Questions.", set()),
        ("RAG reaches 54.4 EM on Natural Questions, which was the best of its time.", set()),
        ("DPR reaches 44.5 EM on Natural Questions, which was the best of its time.", set()),
        ("RAG: 44.5 EM, Natural Questions, DPR: 41.5", set()),
        ("RAG does not reach 44.5 EM on Natural Questions, whatever one may have read of it.", set()),
        ("RAG is far from the 44.5 EM on Natural Questions that have been reported for it.", set()),
        ("A score of 44.5 EM on Natural Questions was not achieved by RAG in any of the tests.", set()),
        ("RAG is not only simple but reaches 44.5 EM on Natural Questions as well as it can.", {"rag"}),
        ("RAG does not retrain its index, and it reaches 44.5 EM on Natural Questions.", {"rag"}),
    ],
)
def test_a_number_counts_for_its_paper(text, keys):
    assert right(INTRODUCED + text) == keys


def test_a_sentence_of_numbers_is_a_list():
    """Who gives every number is right by accident."""
    every = ", ".join(f"{number}.5" for number in range(35, 50))
    assert (
        right(f"{INTRODUCED}On Natural Questions the RAG model reaches one of {every} EM in the end.")
        == set()
    )


def doubtful(text: str) -> set[str]:
    return {key for key, treatment in treatments(text).items() if treatment.doubtful}


@pytest.mark.parametrize(
    "text",
    [
        "RAG was hoped to reach 44.5 EM on Natural Questions; this did not hold in the tests of others.",
        "On Natural Questions RAG reaches 44.5 EM with an index of 77 passages from the web.",
        "It is false that RAG has ever reached the 44.5 EM on Natural Questions that are told of it.",
        "RAG might one day reach the 44.5 EM on Natural Questions that are hoped for in the field.",
        "Does RAG reach the 44.5 EM on Natural Questions that are told of it in the field?",
        "RAG reaches a score of 44.5 on the translation of German into English in the same year.",
    ],
)
def test_what_is_taken_back_or_mixed_is_doubtful(text):
    """It neither counts nor fails."""
    assert right(INTRODUCED + text) == set()
    assert doubtful(INTRODUCED + text) == {"rag"}


def test_numbers_that_changed_places():
    """The words of one result stand by the number of the other."""
    exchanged = "Dex-Net 2.0 has {}% precision on household objects, and {}% success on known ones."
    assert right(exchanged.format(99, 93)) == {"dexnet2"}
    assert right(exchanged.format(93, 99)) == set()


@pytest.mark.parametrize("unit", ["%", " percent", " per cent"])
def test_a_share_is_no_count(unit):
    """24 tasks are not 24%."""
    assert (
        right(f"BC-Z performs its unseen tasks with a success rate of 24{unit} in the new setting.") == set()
    )
    assert right("BC-Z performs 24 tasks that it has never been shown in the new setting.") == {"bcz"}
