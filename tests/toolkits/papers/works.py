"""A few papers as the servers know them: with and without arXiv id, DOI, abstract and free text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    title: str
    authors: Sequence[str]
    year: int
    s2: str
    corpus_id: int
    openalex: str
    arxiv: str | None = None
    doi: str | None = None
    venue: str | None = None
    abstract: str | None = None
    tldr: str | None = None
    pdf: str | None = None
    cites: Sequence[str] = ()

    @property
    def words(self) -> str:
        return f"{self.title} {self.abstract or ''} {' '.join(self.authors)}".lower()


MEMGPT = Work(
    "MemGPT: Towards LLMs as Operating Systems",
    ("Charles Packer", "Sarah Wooders"),
    2023,
    "a" * 39 + "1",
    263909014,
    "W4387561528",
    arxiv="2310.08560",
    venue="arXiv.org",
    abstract="Large language models are limited by short context windows. We page memory.",
    tldr="An operating system's paging for the context of a language model.",
    cites=("W4384918448", "W2064675550", "W0000000404"),
)
LOST = Work(
    "Lost in the Middle: How Language Models Use Long Contexts",
    ("Nelson F. Liu", "Kevin Lin"),
    2023,
    "b" * 39 + "2",
    259360665,
    "W4384918448",
    arxiv="2307.03172",
    doi="10.1162/tacl_a_00638",
    venue="Transactions of the Association for Computational Linguistics",
    abstract="Models use the middle of a long-context input worst.",
    tldr="What stands in the middle of a long context is used worst.",
    pdf="",
)
LSTM = Work(
    "Long Short-Term Memory",
    ("Sepp Hochreiter", "Jürgen Schmidhuber"),
    1997,
    "c" * 39 + "3",
    1915014,
    "W2064675550",
    doi="10.1162/neco.1997.9.8.1735",
)
OLD = Work(
    "The entropy formula for the Ricci flow",
    ("Grisha Perelman",),
    2002,
    "d" * 39 + "4",
    118664212,
    "W1650190264",
    arxiv="math/0211159",
    abstract="A monotonic expression for the Ricci flow.",
)
WORKS = (MEMGPT, LOST, LSTM, OLD)


def by_openalex(id: str) -> Work | None:
    return next((work for work in WORKS if work.openalex == id), None)
