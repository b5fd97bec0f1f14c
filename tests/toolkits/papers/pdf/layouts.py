"""Papers in the layouts of real ones, each with the same first and last sentences in its two sections."""

from __future__ import annotations

from tests.toolkits.papers.pdf.press import FILLER, Press

TITLE = "A Study of Small Stores"
FIRST, LAST = "Reading is a matter of memory.", "So much for why we wrote this paper."
RESULTS, ENOUGH = "Our reader answers 71.3% of all questions.", "Nothing else that we tried came near."
ELSE, OTHER = "This is about something else.", "And here the something else ends."
ROWS = [
    ("Method", "Score", "Time"),
    ("Small store", "71.3", "4.0"),
    ("Large store", "65.2", "9.5"),
    ("None", "40.1", "1.0"),
]


def body(press: Press, sections: list[str], **style) -> Press:
    """Sections of these names; "1|Introduction" gives the number apart."""
    for each in sections:
        number, _, name = each.rpartition("|")
        press.heading(name, number, **style)
        fill(press, name)
    return press


def fill(press: Press, name: str) -> None:
    start, end = (
        (FIRST, LAST)
        if "ntro" in name.lower()
        else (RESULTS, ENOUGH)
        if "esult" in name.lower()
        else (ELSE, OTHER)
    )
    press.section(start, end)


def front(press: Press, **style) -> Press:
    press.title(TITLE)
    press.heading("Abstract", **style)
    press.prose("We study small stores.", *FILLER[:3], size=9, inset=12)
    return press


def one_column():
    names = ["1|Introduction", "2|Method", "3|Results", "4|Conclusion", "References"]
    return body(front(Press()), names, apart=True).done()


def two_columns():
    names = ["1.|Introduction", "2.|Related Work", "3.|Method", "4.|Results", "5.|Discussion", "References"]
    return body(front(Press(columns=2)), names).done()


def unnumbered():
    return body(
        front(Press(columns=2)), ["Introduction", "Methods", "Results", "Discussion", "References"]
    ).done()


def roman_numbers():
    press = front(Press(columns=2), size=9)
    for number, name in (
        ("I.", "Introduction"),
        ("II.", "Method"),
        ("III.", "Results"),
        ("IV.", "Conclusion"),
    ):
        press.small_capitals(name, number, size=10, centred=True)
        if number == "III.":
            press.prose(RESULTS, *FILLER)
            press.heading("Ablations", "A.", size=10, font="italic")
            press.prose(*FILLER)
            press.heading("Human Judges", "B.", size=10, font="italic")
            press.prose(*FILLER, ENOUGH)
        else:
            fill(press, name)
    press.small_capitals("References", size=10, centred=True)
    return press.done()


def small_capitals():
    press = front(Press())
    for number, name in (
        ("1", "Introduction"),
        ("2", "Related Work"),
        ("3", "Main Results"),
        ("4", "Conclusion"),
    ):
        press.small_capitals(name, number)
        fill(press, name)
    press.small_capitals("References")
    return press.done()


def outline():
    press = body(front(Press()), ["1|Introduction", "2|Method", "3|Results", "4|Summary", "References"])
    return press.done([(1, "Introduction", 1), (1, "Method", 1), (1, "Results", 2), (1, "References", 2)])


def running_heads():
    press = Press(columns=2, head="Small Stores, Preprint", folios=True)
    names = ["1|Introduction", "2|Method", "3|Data", "4|Model", "5|Results", "6|Conclusion", "References"]
    front(press)
    for each in names:
        number, _, name = each.partition("|")
        press.heading(name, number)
        start, end = (
            (FIRST, LAST)
            if name == "Introduction"
            else (RESULTS, ENOUGH)
            if name == "Results"
            else (ELSE, OTHER)
        )
        press.section(start, end, paragraphs=9)
    return press.done()


def appendix():
    names = [
        "1|Introduction",
        "2|Method",
        "3|Results",
        "4|Limits",
        "References",
        "A|Experiments",
        "B|More Evaluation",
    ]
    return body(front(Press()), names, apart=True).done()


def letter():
    """No heading over the introduction: it follows a bold summary."""
    press = Press(columns=2)
    press.title(TITLE)
    press.prose("We study small stores.", *FILLER[:4], font="bold")
    press.section(FIRST, LAST)
    return body(press, ["Results", "Discussion", "Methods", "References"]).done()


def captions():
    """A table within the section and one at its end, the second one in the size of the text."""
    press = body(front(Press()), ["1|Introduction", "2|Method"])
    press.heading("Results", "3")
    press.prose(RESULTS, *FILLER)
    press.table("Table 1: Scores of all methods, over five runs.", ROWS)
    press.prose(*FILLER, ENOUGH)
    press.table("Table 2: The same on other data, where more is better.", ROWS, size=10)
    return body(press, ["4|Conclusion", "References"]).done()


def experiments_and_results():
    press = body(front(Press()), ["1|Introduction", "2|Method"])
    press.heading("Experiments", "3")
    press.prose(RESULTS, *FILLER, OTHER)
    press.heading("Results", "4")
    press.prose(ELSE, *FILLER, ENOUGH)
    return body(press, ["5|Related Work", "6|Conclusion", "References"]).done()


def subsections():
    press = body(front(Press()), ["1|Introduction", "2|Method"])
    press.heading("Evaluation", "3")
    press.prose(RESULTS, *FILLER)
    press.heading("Setup", "3.1", size=10)
    press.prose(*FILLER)
    press.heading("Findings", "3.2", size=10)
    press.prose("Data.", *FILLER, ENOUGH)
    return body(press, ["4|Conclusion", "References"]).done()


def footnotes():
    """Small print at a page's foot, and a stamp along its side."""
    press = front(Press())
    press.stamp(30, 600, "arXiv:2401.00001v1 [cs.CL] 1 Jan 2024", 18)
    press.put(72, 730, "1 Work done while at the press.", 8)
    return body(press, ["1|Introduction", "2|Method", "3|Results", "4|Conclusion", "References"]).done()


def contents():
    press = Press()
    press.title(TITLE)
    press.heading("Contents")
    for at, name in enumerate(("Introduction", "Method", "Results", "Conclusion"), 1):
        press.line(f"{at} {name} {at + 1}", 10, "bold")
    press.page()
    return body(press, ["1|Introduction", "2|Method", "3|Results", "4|Conclusion", "References"]).done()


LAYOUTS = [
    one_column,
    two_columns,
    unnumbered,
    roman_numbers,
    small_capitals,
    outline,
    running_heads,
    appendix,
    letter,
    captions,
    experiments_and_results,
    subsections,
    footnotes,
    contents,
]
