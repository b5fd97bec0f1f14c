"""A paper of the corpus as its YAML states it, with the facts that were checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from toolkits.papers.identifier import Kind
from toolkits.papers.paper import Paper

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Fact:
    """A result of the paper: `numbers` are spellings of its figures, `near` words that stand by them."""

    claim: str
    numbers: Sequence[str]
    near: Sequence[str]


@dataclass(frozen=True)
class Entry:
    """All texts are in our own words. `approaches` maps a topic to the approach that the paper belongs to.

    Of its names, `common` are words or methods as well, so that they alone do not name it.
    `core` papers are what a review of the topic should know; `references` are keys of other entries.
    """

    key: str
    title: str
    authors: Sequence[str]
    year: int
    venue: str
    abstract: str
    tldr: str
    introduction: str
    results: str
    aliases: Sequence[str] = ()
    common: Sequence[str] = ()
    arxiv: str | None = None
    doi: str | None = None
    approaches: Mapping[str, str] = field(default_factory=dict)
    core: bool = False
    references: Sequence[str] = ()
    facts: Sequence[Fact] = ()

    @property
    def name(self) -> str:
        """What it is usually called."""
        return self.aliases[0] if self.aliases else self.title.partition(":")[0]

    @property
    def paper(self) -> Paper:
        ids: dict[Kind, str | None] = {"arxiv": self.arxiv, "doi": self.doi, "corpus": self.key}
        known: dict[Kind, str] = {kind: value for kind, value in ids.items() if value}
        texts = (self.abstract.strip(), self.tldr.strip())
        return Paper(self.title, tuple(self.authors), self.year, self.venue, *texts, known, source="corpus")


@cache
def entries(folder: Path = CORPUS) -> Mapping[str, Entry]:
    """The papers of a folder of YAML files by key. Raises ValueError, naming file and paper."""
    found: dict[str, Entry] = {}
    for file in sorted(folder.glob("*.yaml")):
        for said in _said(file):
            entry = _entry(said, file)
            if entry.key in found:
                raise ValueError(f"{file.name}: {entry.key} stands twice")
            found[entry.key] = entry
    _linked(found)
    return found


def _said(file: Path) -> list[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # C's, where it is there, is ten times as fast
    try:
        said = yaml.load(file.read_text("utf-8"), Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"{file.name}: {error}") from error
    if not isinstance(said, list):
        raise ValueError(f"{file.name}: this must be a list of papers")
    return said


def _entry(said: Mapping[str, Any], file: Path) -> Entry:
    try:
        facts = tuple(Fact(**fact) for fact in said.get("facts", ()))
        return Entry(**{**said, "facts": facts})
    except (TypeError, AttributeError) as error:
        name = said.get("key", said) if isinstance(said, Mapping) else said
        raise ValueError(f"{file.name}: {name}: {error}") from error


def _linked(found: Mapping[str, Entry]) -> None:
    for entry in found.values():
        for key in entry.references:
            if key not in found:
                raise ValueError(f"{entry.key} refers to {key}, which is not there")
