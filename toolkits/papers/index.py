"""The corpus as a full-text index: SQLite's FTS5, the best match first by BM25."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence

from toolkits.papers.entry import Entry

COLUMNS = ("title", "aliases", "authors", "abstract", "tldr", "introduction", "results", "ids")
WEIGHTS = (8.0, 8.0, 4.0, 3.0, 3.0, 1.0, 1.0, 8.0)  # what a word in each of them counts


class Index:
    """Built in memory from the papers; a question may hold any characters."""

    def __init__(self, papers: Iterable[Entry]) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(
            "CREATE VIRTUAL TABLE papers USING fts5"
            f"(key UNINDEXED, {', '.join(COLUMNS)}, tokenize='porter unicode61')"
        )
        slots = ", ".join("?" * (len(COLUMNS) + 1))
        self._database.executemany(f"INSERT INTO papers VALUES ({slots})", map(_row, papers))  # noqa: S608  only marks

    def search(self, query: str, limit: int) -> Sequence[str]:
        """The keys of papers that hold any of the words, those with the more telling words first."""
        words = re.findall(r"\w+", query)
        if not words:
            return []
        asked = " OR ".join(f'"{word}"' for word in words)
        rank = f"bm25(papers, 0, {', '.join(map(str, WEIGHTS))})"
        rows = self._database.execute(
            f"SELECT key FROM papers WHERE papers MATCH ? ORDER BY {rank}, key LIMIT ?",  # noqa: S608  our own numbers
            [asked, limit],
        )
        return [key for (key,) in rows]


def _row(paper: Entry) -> tuple[str, ...]:
    ids = f"{paper.arxiv or ''} {paper.doi or ''} {paper.key}"
    names = (" ".join(paper.aliases), " ".join(paper.authors))
    return (
        *(paper.key, paper.title, *names),
        *(paper.abstract, paper.tldr, paper.introduction, paper.results, ids),
    )
