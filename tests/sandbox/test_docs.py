"""docs/sandbox.md tells of the suite as it is."""

from __future__ import annotations

from pathlib import Path

from sandbox.hostile.promises import BACKENDS, promised
from sandbox.hostile.suite import attacks

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs/sandbox.md").read_text(encoding="utf-8")
SUITE = attacks()


def rows() -> list[list[str]]:
    """The cells of the table between the markers."""
    table = DOCS.partition("suite: begin -->\n")[2].partition("<!-- hostile suite: end")[0]
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()]


def test_its_backends_are_those_of_the_suite():
    """In the same order."""
    assert rows()[0] == ["attack", "what it tries", *BACKENDS]


def test_its_attacks_are_those_of_the_suite():
    """By family, name and what they try; `python -m sandbox.hostile --markdown` prints the table anew."""
    told = [row[:2] for row in rows()[2:] if row[1]]
    assert told == [[f"`{attack.name}`", attack.tries] for attack in SUITE]
    families = [row[0].strip("*") for row in rows()[2:] if not row[1]]
    assert families == list(dict.fromkeys(attack.family for attack in SUITE))


def test_what_is_not_held_there_is_not_promised():
    """And nothing in it was left untried."""
    for number, backend in enumerate(BACKENDS, start=2):
        had = {row[0].strip("`"): row[number].strip("*") for row in rows()[2:] if row[1]}
        kept = promised(backend, SUITE)
        assert {name for name, each in had.items() if each == "not held"} & kept == set()
        assert {name for name, each in had.items() if each == "held"} <= kept
    assert "untried" not in {cell.strip("*") for row in rows() for cell in row}


def test_the_readme_leads_there():
    """With the number of attacks that there are."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(docs/sandbox.md)" in readme
    assert f"tries {len(SUITE)} hostile submissions" in readme
