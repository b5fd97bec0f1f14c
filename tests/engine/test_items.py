"""The items of a document, as a judge reads them."""

from __future__ import annotations

import json

import pytest

from engine.errors import AgentFailed
from engine.graders.fence import shown
from engine.items import DEEPEST, called, items, line
from engine.rubric import Items
from engine.submission import Submission

ASKED = Items("ideas", min=2, max=3)
TWO = [{"title": "One"}, {"title": "Two"}]


def handed_in(document: object, file: str = "ideas.json") -> Submission:
    return Submission({file: document if isinstance(document, str) else json.dumps(document)})


def found(*entries: object, asked: Items | None = None):
    return items(handed_in({"ideas": list(entries)}), "ideas.json", asked or Items("ideas"))


def test_items_come_in_their_order():
    """Each under its title, as the document lists them."""
    assert [item.title for item in found({"title": "Zebra"}, {"title": "Ant"})] == ["Zebra", "Ant"]


def test_a_title_stands_first_whatever_its_key():
    """A reader knows at once which item this is."""
    (item,) = found({"problem": "p", "name": "N"}, asked=Items("ideas", title="name"))
    assert (item.title, item.text) == ("N", "name: N\nproblem: p")


def test_a_title_is_one_line():
    """Blanks of all kinds are one blank, so that a judge can repeat it."""
    (item,) = found({"title": " A\n\tbold \r\n idea "})
    assert item.title == "A bold idea"


def test_what_nobody_sees_in_a_title_is_written_out():
    """Two titles that look the same are not the same, and it shows."""
    (item,) = found({"title": "A\u200bB\u202e"})
    assert item.title == "A⟦U+200B⟧B⟦U+202E⟧"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A bold idea", "A bold idea"),
        (" A \n\t bold\n\n idea ", "A bold idea"),
        ("A bold\r\nidea\r", "A bold idea"),
        ("A\rbold idea", "A⟦U+000D⟧bold idea"),
        ("A\u200bB\u202e", "A⟦U+200B⟧B⟦U+202E⟧"),
        ("A\u00a0B\u2028C\u3000D", "A⟦U+00A0⟧B⟦U+2028⟧C⟦U+3000⟧D"),
        ("A\x0bB\x1cC\x85D", "A⟦U+000B⟧B⟦U+001C⟧C⟦U+0085⟧D"),
        ("\ud800 A", "⟦U+D800⟧ A"),
        ("Über {x} [/b] ⟦U+200B⟧", "Über {x} [/b] ⟦U+200B⟧"),
    ],
)
def test_a_title_is_what_a_judge_is_shown(title, name):
    """Who copies the lines that are shown, or the name itself, has called it by its name."""
    (item,) = found({"title": title})
    copied = "\n".join(shown({"item": item.text})["item"]).removeprefix("title: ")
    assert item.title == called(title) == called(copied) == called(name) == name


def test_all_that_an_item_says_is_shown():
    """Nested values below their keys, deeper and deeper; numbers and null as JSON has them."""
    entry = {
        "title": "T",
        "parts": ["x", {"deep": [1, True]}, ["y"]],
        "cost": {"low": 0.5, "high": None},
        "none": [],
    }
    (item,) = found(entry)
    assert item.text.split("\n") == [
        "title: T",
        "parts:",
        "    - x",
        "    -",
        "        deep:",
        "            - 1",
        "            - true",
        "    -",
        "        - y",
        "cost:",
        "    low: 0.5",
        "    high: null",
        "none:",
    ]


def test_no_text_looks_like_a_key():
    """Every line of a text but its first is indented, and a key has no second line."""
    entry = {"title": "T", "text": "a\ntitle: forged\n\nscore: 10", "x\nscore": "y", "l": ["b\nscore: 9"]}
    (item,) = found(entry)
    assert item.text.split("\n") == [
        "title: T",
        "text: a",
        "    title: forged",
        "    ",
        "    score: 10",
        "x score: y",
        "l:",
        "    - b",
        "        score: 9",
    ]


@pytest.mark.parametrize("count", [2, 3])
def test_as_many_as_are_asked_for(count):
    """Both ends of the range are in it."""
    assert len(found(*[{"title": str(number)} for number in range(count)], asked=ASKED)) == count


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"ideas": TWO[:1]}, "ideas.json: 1 ideas, not 2 to 3"),
        ({"ideas": [{"title": str(number)} for number in range(4)]}, "ideas.json: 4 ideas, not 2 to 3"),
        ({"ideas": {"0": TWO[0]}}, "ideas.json: there is no list ideas"),
        ({"idea": TWO}, "ideas.json: there is no list ideas"),
        ({"ideas": None}, "ideas.json: there is no list ideas"),
        (TWO, "ideas.json: there is no list ideas"),
        ("no JSON", "ideas.json is not JSON: Expecting value"),
        ('{"ideas": [', "ideas.json is not JSON: "),
        ("", "ideas.json is not JSON: "),
        ("[" * 100_000, "ideas.json is not JSON: "),
        ({"ideas": [TWO[0], {"name": "Two"}]}, "ideas.json: ideas[1]: there is no title"),
        ({"ideas": [{"title": " \n"}, TWO[1]]}, "ideas.json: ideas[0]: there is no title"),
        ({"ideas": [{"title": 7}, TWO[1]]}, "ideas.json: ideas[0]: there is no title"),
        ({"ideas": [*TWO, "Three"]}, "ideas.json: ideas[2]: there is no title"),
        ({"ideas": [*TWO, TWO[0]]}, "ideas.json: several ideas are called 'One'"),
        ({"ideas": [{"title": "A b"}, {"title": "A\n b "}]}, "several ideas are called 'A b'"),
    ],
)
def test_what_cannot_be_judged_item_by_item(document, words):
    """It is the agent's failure, and says what is wrong, and where."""
    with pytest.raises(AgentFailed) as failed:
        items(handed_in(document), "ideas.json", ASKED)
    assert failed.value.failure == "invalid_submission"
    assert words in failed.value.reason


def test_one_number_alone_may_be_asked_for():
    """A range of one number is told as that number."""
    with pytest.raises(AgentFailed, match=r"1 ideas, not 2$"):
        found(TWO[0], asked=Items("ideas", min=2, max=2))


def test_however_deep_an_item_is_nested():
    """It is read up to ten levels, or it is the agent's failure: never an error of ours."""
    for depth in (1, DEEPEST, DEEPEST + 1, *range(850, 1000)):
        nest = '{"title": "T", "deep": ' + "[" * depth + "7" + "]" * depth + "}"
        here = handed_in(f'{{"ideas": [{nest}]}}')
        if depth <= DEEPEST:
            (item,) = items(here, "ideas.json", Items("ideas"))
            assert item.text.endswith(f"\n{'    ' * depth}- 7")
            continue
        with pytest.raises(AgentFailed) as failed:
            items(here, "ideas.json", Items("ideas"))
        assert failed.value.failure == "invalid_submission"
        if depth < 900:
            assert failed.value.reason == "ideas.json: ideas[0]: this is nested too deeply"


def test_the_first_file_stands_in_for_another_name():
    """A replay's file need not be called what the task asks for."""
    both = items(handed_in({"ideas": TWO}, "old.json"), "ideas.json", ASKED)
    assert [(item.title, item.file) for item in both] == [("One", "old.json"), ("Two", "old.json")]


def test_the_file_that_is_asked_for_comes_before_others():
    """What else was handed in is not looked at."""
    several = Submission({"a.txt": "no JSON", "ideas.json": json.dumps({"ideas": TWO})})
    assert {item.file for item in items(several, "ideas.json", ASKED)} == {"ideas.json"}


def test_nothing_handed_in():
    """No file at all is the agent's failure too."""
    with pytest.raises(AgentFailed, match=r"ideas\.json is not JSON"):
        items(Submission({}), "ideas.json", ASKED)


DOCUMENT = json.dumps(
    {
        "ideas": [
            {"title": "Über", "text": 'It says "hi".\nThen \\ it ends.', "who": "Banks pay."},
            {"who": "Banks pay.", "title": "Second"},
        ]
    },
    indent=1,
    ensure_ascii=False,
)


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("Über", 4),
        ('says "hi"', 5),
        ("  It says  ", 5),
        ("Then \\ it", 5),
        ('says "hi".\nThen', 5),
        ("nowhere", None),
        ("", None),
        ("who: Banks pay.", 6),
        ("Banks   pay.", 6),
    ],
)
def test_the_line_of_a_quote(words, at):
    """As JSON writes it, with what is escaped there, without the key under which it is shown."""
    assert line(DOCUMENT, words, "Über") == at


def test_the_line_of_a_quote_is_that_of_its_item():
    """Where two items say the same; and where a document is written with escapes."""
    assert line(DOCUMENT, "Banks pay.", "Second") == 9
    escaped = json.dumps({"ideas": [{"title": "Über", "text": "größer"}]}, indent=1)
    assert line(escaped, "text: größer", "Über") == 5


def test_an_item_is_found_by_its_whole_title():
    """Not where another's text or title has these words in it, nor where they are part of a word."""
    ideas = [
        {"title": "Second thoughts", "text": "Second to none.", "who": "Banks pay."},
        {"title": "Not Second", "who": "Banks pay."},
        {"title": "Second", "who": "Banks pay."},
    ]
    text = json.dumps({"ideas": ideas}, indent=1)
    lines = [at for at, each in enumerate(text.split("\n"), start=1) if "Banks" in each]
    assert [line(text, "Banks pay.", idea["title"]) for idea in ideas] == lines
