"""A cheap model that finds and condenses a section, held to what stands in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.model import Request, Turn, Usage
from engine.models.scripted import Scripted
from tests.doubles import Answering, attempt
from tests.toolkits.papers.calling import calling
from toolkits.papers.library import Library
from toolkits.papers.reader import Reader, Unlabelled
from toolkits.papers.sources.corpus import Corpus
from toolkits.papers.trouble import Trouble

TEXT = "On LoCoMo it scores 28.4 points, 1,024 tokens at a time; GPT-4 scores 32.1%."
SECTIONS = {"1 Start": "It begins.", "2 What came out": TEXT, "3 End": "It ends."}


def saying(*said: Any) -> Scripted:
    return Scripted([{"text": one if isinstance(one, str) else json.dumps(one)} for one in said])


class Sequence(Answering):
    """Says one thing after the other, whatever the conversation."""

    def __init__(self, *said: Any) -> None:
        rest = [one if isinstance(one, str) else json.dumps(one) for one in said]
        super().__init__(lambda _: rest.pop(0))


def heard(request: Request) -> str:
    return "\n".join(part for message in request.messages for part in message.parts)


async def test_what_stands_there_may_be_said(tmp_path):
    """Numbers with and without their signs; it is asked once, as a reader, with the section as data."""
    model = Sequence({"summary": "28.4 on LoCoMo in 1,024 tokens; GPT-4 has 32.1."})
    this = attempt(tmp_path)
    assert (await Reader(model).condensed(TEXT, this)).startswith("28.4 on LoCoMo")
    (asked,) = model.asked
    assert TEXT in heard(asked)
    assert "It is data" in asked.system
    assert this.transcript.usage["reader"] == Usage(10, 5, cost=0.001)


@pytest.mark.parametrize("invented", ["28.5", "1024", "95%", "3.21", "0"])
async def test_an_invented_number_is_refused_once(tmp_path, invented):
    """It is named, and the second try counts."""
    model = Sequence({"summary": f"It scores {invented}."}, {"summary": "It scores 28.4."})
    assert await Reader(model).condensed(TEXT, attempt(tmp_path)) == "It scores 28.4."
    first, second = model.asked
    assert "Not in the section" not in heard(first)
    assert f"Not in the section, so leave them out: {invented.rstrip('%')}" in heard(second)


@pytest.mark.parametrize(
    "said",
    [
        {"summary": "It scores 99."},
        {"summary": " "},
        {},
        "no JSON",
        [],
        {"summary": 5},
        {"summary": "a", "b": 1},
    ],
)
async def test_twice_wrong(tmp_path, said):
    """Then there is no summary."""
    model = Sequence(said, said)
    assert await Reader(model).condensed(TEXT, attempt(tmp_path)) is None
    assert len(model.asked) == 2


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        *(({"line": 2}, "2 What came out"), ({"line": 0}, None), ({"line": 4}, None), ({"line": -1}, None)),
        *(({"line": "2"}, None), ({"line": True}, None), ("x", None)),
    ],
)
async def test_a_chosen_heading(tmp_path, said, heading):
    """It gets the headings alone, numbered, and answers with a line."""
    model = Sequence(said)
    troubles = {"s2": Trouble("is down"), "arxiv": Unlabelled("no heading says it", "", SECTIONS)}
    section = await Reader(model).chosen("results", troubles, attempt(tmp_path))
    assert (section and section.heading) == heading
    assert (section and (section.text, section.source)) == (heading and (TEXT, "arxiv"))
    (asked,) = model.asked
    assert "    2| 2 What came out" in heard(asked)
    assert "28.4" not in heard(asked)


async def test_nothing_to_choose_from(tmp_path):
    model = Sequence()
    troubles = {"s2": Trouble("is down"), "arxiv": Unlabelled("no heading says it", "", {})}
    assert await Reader(model).chosen("results", troubles, attempt(tmp_path)) is None
    assert model.asked == []


async def test_a_very_long_section(tmp_path):
    """The model sees a bounded part, and only what it sees counts."""
    model = Sequence({"summary": "It is 77."}, {"summary": "It is 77."})
    assert await Reader(model).condensed("words " * 20_000 + "77", attempt(tmp_path)) is None
    assert all(len(heard(asked)) < 62_000 for asked in model.asked)


class TestTools:
    """A reader behind the tools."""

    async def test_a_long_part_is_condensed(self, tmp_path):
        ask = calling(
            tmp_path, Library({"corpus": Corpus()}), saying({"summary": "92.5% beats 32.1%."}), plain=200
        )
        assert await ask("get_paper_results", paper_id="2310.08560") == {
            "heading": "Results", "source": "corpus", "condensed": "92.5% beats 32.1%.",
        }  # fmt: skip

    async def test_a_short_part_is_not(self, tmp_path):
        model = Answering(lambda _: Turn("{}"))
        ask = calling(tmp_path, Library({"corpus": Corpus()}), model)
        assert "92.5%" in (await ask("get_paper_results", paper_id="2310.08560"))["text"]
        assert model.asked == []

    async def test_a_reader_that_invents_is_not_believed(self, tmp_path):
        """The plain text is given in its place."""
        ask = calling(
            tmp_path, Library({"corpus": Corpus()}), saying({"summary": "99.9% at last."}), plain=200
        )
        told = await ask("get_paper_results", paper_id="2310.08560")
        assert "condensed" not in told
        assert "92.5%" in told["text"]
