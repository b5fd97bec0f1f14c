"""Both sections, to the letter, in the layouts of real papers."""

from __future__ import annotations

from functools import cache

import pytest

from tests.toolkits.papers.pdf.layouts import (
    ELSE,
    ENOUGH,
    FIRST,
    LAST,
    LAYOUTS,
    OTHER,
    RESULTS,
    TITLE,
    body,
    captions,
    footnotes,
    front,
    running_heads,
    subsections,
)
from tests.toolkits.papers.pdf.press import FILLER, Press
from toolkits.papers.pdf.document import read
from toolkits.papers.pdf.reading import paper
from toolkits.papers.pdf.sections import Sections


@cache
def found(data: bytes) -> Sections:
    return paper(read(data))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_the_introduction_begins_and_ends_where_it_should(layout):
    text = found(layout()).introduction or ""
    assert (text[: len(FIRST)], text[-len(LAST) :]) == (FIRST, LAST)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_the_results_begin_and_end_where_they_should(layout):
    text = found(layout()).results or ""
    assert (text[: len(RESULTS)], text[-len(ENOUGH) :]) == (RESULTS, ENOUGH)


def test_heads_numbers_stamps_notes_and_captions_are_left_out():
    text = found(running_heads()).text + found(captions()).text + found(footnotes()).text
    assert not any(word in text for word in ("Preprint", "five runs", "Large store", "arXiv", "at the press"))


def test_words_broken_at_the_end_of_a_line_are_whole_again_and_ligatures_are_letters():
    """A hyphen before a capital, or in a compound that is not broken, stays."""
    press = front(Press())
    press.heading("Introduction", "1")
    press.prose(
        FIRST, "The com|puter finds the ofﬁce of Jean|Paul, state-of-the-art in eﬀort.", *FILLER, LAST
    )
    data = body(press, ["2|Method", "3|Results", "References"]).done()
    text = found(data).introduction or ""
    assert "The computer finds the office of Jean-Paul, state-of-the-art in effort." in text


def test_run_in_headings_begin_no_section():
    press = body(front(Press()), ["Introduction", "Methods"])
    press.heading("Results")
    press.prose(RESULTS, *FILLER)
    press.room(30)
    press.y += 12
    press.put(press.put(press.left, press.y, "Discussion. ", 10, "bold"), press.y, FILLER[2], 10)
    press.prose(*FILLER, ENOUGH)
    text = found(body(press, ["Conclusion", "References"]).done()).results or ""
    assert "Discussion. " in text
    assert text.endswith(ENOUGH)


def test_a_first_section_of_another_name_is_the_introduction():
    names = ["1|Why Small Stores", "2|Method", "3|Experiments", "4|Conclusion", "References"]
    text = found(body(front(Press()), names).done()).introduction or ""
    assert (text.startswith(ELSE), text.endswith(OTHER)) == (True, True)


def test_a_paper_without_either_has_neither():
    press = Press()
    press.title(TITLE)
    press.prose("Only a note.")
    assert (found(press.done()).introduction, found(press.done()).results) == (None, None)


def test_title_headings_and_their_places():
    sections = found(subsections())
    assert sections.title == TITLE
    assert [(each.number, each.text, each.level) for each in sections.headings][1:6] == [
        ("1", "Introduction", 1),
        ("2", "Method", 1),
        ("3", "Evaluation", 1),
        ("3.1", "Setup", 2),
        ("3.2", "Findings", 2),
    ]
    for each in sections.headings:
        assert sections.text[each.start : each.end].endswith(each.text)
    setup, whole = (
        next(each for each in sections.headings if each.text == name) for name in ("Setup", "Evaluation")
    )
    assert "Findings" not in sections.under(setup)
    assert "3.2 Findings" in sections.under(whole)


def test_bookmarks_tell_the_type_of_headings_that_have_no_usual_name():
    """Where the paper has neither numbers nor usual names; a bookmark alone makes no heading."""
    names = ["Where We Stand", "What We Built", "What Came Out"]
    marks = [(1, name, 1) for name in [*names[:2], "Not in the Text"]]
    press, bare = (body(front(Press()), names) for _ in range(2))
    told, untold = found(press.done(marks)), found(bare.done())
    assert [each.text for each in told.headings if each.text in names] == names
    assert not any(each.text in names for each in untold.headings)
    assert "Not in the Text" not in [each.text for each in told.headings]
