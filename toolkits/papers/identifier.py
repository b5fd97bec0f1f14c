"""Which paper is meant: one identifier, in every usual spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

Kind = Literal["arxiv", "doi", "s2", "corpus_id", "openalex", "corpus"]

MONTH = r"\d\d(?:0[1-9]|1[0-2])"
NEW = rf"{MONTH}\.\d{{4,5}}"
OLD = rf"[a-z][a-z-]*(?:\.[a-z]{{2}})?/{MONTH}\d{{3}}"
ARXIV = rf"({NEW}|{OLD})(?:v\d+)?(?:\.pdf)?(?:\s*\[[\w.-]+)?"  # as on a first page: 2310.08560v2 [cs.AI]
DOI = r"(10\.\d{4,9}/\S+)"
SHA = r"([0-9a-f]{40})"
LABELS: dict[Kind, str] = {
    "arxiv": "arXiv:",
    "doi": "DOI:",
    "s2": "S2:",
    "corpus_id": "CorpusId:",
    "openalex": "OpenAlex:",
    "corpus": "corpus:",
}
SPELLINGS: tuple[tuple[Kind, str], ...] = (
    ("arxiv", rf"(?:arxiv\s*:?\s*)?{ARXIV}"),
    ("arxiv", rf"(?:\w+\.)?arxiv\.org/(?:abs|pdf|html|format|src)/{ARXIV}"),
    ("arxiv", rf"(?:ar5iv\.(?:labs\.arxiv\.)?org|alphaxiv\.org|huggingface\.co)/(?:\w+/)?{ARXIV}"),
    ("arxiv", rf"(?:doi\s*:\s*|(?:dx\.)?doi\.org/)?10\.48550/arxiv\.{ARXIV}"),
    ("doi", rf"(?:doi\s*:\s*|(?:dx\.)?doi\.org/|dl\.acm\.org/doi/(?:\w+/)?)?{DOI}"),
    ("s2", rf"(?:s2\s*:\s*|(?:api\.)?semanticscholar\.org/(?:paper/|graph/v1/paper/)?(?:[^/]+/)?)?{SHA}"),
    ("corpus_id", r"(?:api\.semanticscholar\.org/)?corpusid\s*:\s*(\d+)"),
    ("openalex", r"(?:openalex\s*:\s*|(?:api\.)?openalex\.org/(?:works/)?)?(w\d{4,})"),
    ("corpus", r"corpus\s*:\s*(\w+)"),
)
ACCEPTED = (
    "an arXiv id (2310.08560, arXiv:2310.08560v2, an arxiv.org address), a DOI, a Semantic Scholar id, "
    "CorpusId:N, an OpenAlex id (W...), or an id as a search gave it"
)


@dataclass(frozen=True)
class PaperId:
    """An identifier without version and spelling; `str` gives the usual one."""

    kind: Kind
    value: str

    @classmethod
    def parse(cls, text: str) -> PaperId:
        """Raises ValueError for what is no identifier, saying what would be one."""
        plain = unicodedata.normalize("NFKC", unquote(text)).strip().strip("<>[]()\"'")
        bare = re.sub(r"^(url\s*:\s*)?(https?://)?(www\.)?", "", plain, flags=re.I)
        bare = re.sub(r"[?#].*$", "", bare).rstrip("/.,;")
        for kind, pattern in SPELLINGS:
            if found := re.fullmatch(pattern, bare, re.IGNORECASE):
                return cls(kind, _usual(kind, found[1]))
        raise ValueError(f"{text[:100]!r} is no identifier of a paper; accepted: {ACCEPTED}")

    def __str__(self) -> str:
        return f"{LABELS[self.kind]}{self.value}"


def _usual(kind: Kind, value: str) -> str:
    """Case is of no account, and neither is the subject in an old arXiv id, as in math.GT/0309136."""
    match kind:
        case "openalex":
            return value.upper()
        case "arxiv":
            return re.sub(r"\.[a-z]{2}/", "/", value.lower())
        case "corpus":
            return value
    return value.lower()


def same_as(text: str) -> dict[Kind, str]:
    """What a DOI or an address identifies, if anything: arXiv gives its papers DOIs as well."""
    try:
        id = PaperId.parse(text)
    except ValueError:
        return {}
    return {id.kind: id.value}
