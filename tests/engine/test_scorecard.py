"""What scored runs came to, as it is computed and as it is read."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from engine.record import Record
from engine.report.cards import headline, rated, show
from engine.rubric import Criterion, Rubric, Scale
from engine.scorecard import Scores, scores
from tests.engine.test_summary import record

TEN = Scale(1, 10)
IDS = ("business_viability", "potential_upside", "likelihood_of_success", "novelty")
RUBRIC = Rubric(
    criteria={id: Criterion(f"it is {id}", 2.5, scale=TEN) for id in IDS},
    bands={"POOR": 1.0, "GOOD": 6.5, "BEST": 8.0},
)
# Four criteria of one weight: 5, 8.5 and 6.75 points.
IDEAS = {"Middling": (6, 4, 6, 4), "Best of all": (9, 8, 9, 8), "Good enough": (7, 6, 7, 7)}
SAMPLES = {
    "points": [6.8, 5.6, 7.4],
    "spread": 0.916515,
    "bands": ["GOOD", "POOR", "GOOD"],
    "stability": 2 / 3,
}


def run(
    number: int = 0,
    got: float = 6.75,
    band: str | None = "GOOD",
    ideas: dict[str, tuple[int | None, ...]] | None = None,
    decision: str = "pass",
    **changes: Any,
) -> Record:
    """A run whose ideas have these scores; the reason names idea and criterion."""
    told = IDEAS if ideas is None else ideas
    verdicts = {
        id: {
            "verdict": decision,
            "score": 5,
            "reason": "on average",
            "items": [{"title": title, "reason": f"{title} has no {id}"} for title in told],
        }
        for id in IDS
    }
    items = [
        {
            "title": title,
            "points": None if None in each else sum(each) / len(each),
            "scores": dict(zip(IDS, each, strict=True)),
        }
        for title, each in told.items()
    ]
    fields = {
        "verdicts": verdicts,
        "points": {"got": got, "of": 10.0},
        "band": band,
        "items": items,
        "assessments": [
            {"best": "It sells.", "worst": "It does not.", "summary": "A wide range."},
            {"best": "Another.", "worst": "Another.", "summary": "Another."},
        ],
    }
    return replace(record("pass", number), **{**fields, **changes})


def printed(said: Scores, width: int, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, highlight=False)
    console.print(headline(said))
    for card in said.cards:
        console.print(show(card))
    return out.getvalue()


def of(*records: Record) -> Scores:
    return scores(records, RUBRIC)


def test_the_mean_over_runs():
    """6.75, 8, 3 and 6.5 points make 24.25, so 6.0625 each; bands are counted from the highest down."""
    said = of(run(0), run(1, 8.0, "BEST"), run(2, 3.0, "POOR"), run(3, 6.5))
    assert (said.runs, said.mean, said.of) == (4, 6.0625, 10.0)
    assert list(said.bands.items()) == [("BEST", 1), ("GOOD", 2), ("POOR", 1)]


def test_only_what_was_graded_counts():
    """A run that is open on a criterion, or that a gate ended, is no zero."""
    gated = record("fail", 3, verdicts={"parts": "fail"}, failure="invalid_submission")
    said = of(run(0), run(1, decision="unclear"), gated, record("void", 4))
    assert (said.runs, said.mean) == (1, 6.75)
    assert len(said.cards) == 1


def test_nothing_was_graded():
    """No run has a mean, and every band none."""
    said = of(record("void"))
    assert (said.runs, said.mean, said.cards, set(said.bands.values())) == (0, None, [], {0})
    assert headline(said).plain == "Average - of 10 over 0 runs: 0 BEST, 0 GOOD, 0 POOR"


def test_the_headline():
    """The average, of what, over how many runs, and how many are in each band."""
    two = of(run(0), run(1, 8.0, "BEST"))
    assert headline(two).plain == "Average 7.38 of 10 over 2 runs: 1 BEST, 1 GOOD, 0 POOR"
    assert "over 1 run:" in headline(of(run(0))).plain


def test_the_best_item_is_first():
    """By points; one whose points are open is last. What is told of each is its lowest score."""
    ideas = {**IDEAS, "Open": (None, 3, 10, 10)}
    (card,) = of(run(ideas=ideas)).cards
    assert [(row.title, row.points) for row in card.rows] == [
        ("Best of all", 8.5),
        ("Good enough", 6.75),
        ("Middling", 5.0),
        ("Open", None),
    ]
    assert [(row.lowest, row.reason) for row in card.rows] == [
        ("potential_upside", "Best of all has no potential_upside"),
        ("potential_upside", "Good enough has no potential_upside"),
        ("potential_upside", "Middling has no potential_upside"),
        ("potential_upside", "Open has no potential_upside"),
    ]


def test_an_item_without_any_score():
    """It has a row, and nothing is said against it."""
    (card,) = of(run(ideas={"Open": (None,) * 4})).cards
    assert (card.rows[0].lowest, card.rows[0].reason) == ("", "")
    assert re.search(r"Open +- +- +- +- +-\n", printed(of(run(ideas={"Open": (None,) * 4})), 80))


MIXED = Rubric(
    criteria={
        "wide": Criterion("a", 4.0, scale=Scale(0, 100)),
        "ten": Criterion("b", 4.0, scale=TEN),
        "met": Criterion("c", 2.0),
    }
)


@pytest.mark.parametrize(
    ("said", "lowest"),
    [
        ((40, 6, 1), "wide"),  # 40 of 100 are farther down than 5 steps of 9, though 6 is less
        ((60, 6, 1), "ten"),  # 0.6 and 0.56
        ((60, 10, 1), "wide"),
        ((99, 10, 1), "wide"),  # what is at the top is no criticism, 1 of 1 included
        ((100, 10, 0), "met"),
        ((1, 1, 1), "ten"),  # 0.01 and 0: the bottom of a scale is its nought
        ((None, 9, 1), "ten"),
        ((100, 10, 1), ""),
        ((None, 10, 1), ""),
    ],
)
def test_the_lowest_is_that_farthest_down_its_scale(said, lowest):
    """Whatever the scales; where nothing is wrong, nothing is said."""
    own = dict(zip(MIXED.criteria, said, strict=True))
    verdicts = {
        id: {"verdict": "pass", "score": 1, "items": [{"title": "X", "reason": f"no {id}"}]} for id in own
    }
    told = record("pass", 0, points={"got": 5.0, "of": 10.0})
    one = replace(told, verdicts=verdicts, items=[{"title": "X", "points": 5.0, "scores": own}])
    (card,) = scores([one], MIXED).cards
    assert (card.rows[0].lowest, card.rows[0].reason) == (lowest, lowest and f"no {lowest}")
    text = printed(scores([one], MIXED), 80)
    assert ("- X, " in text) is bool(lowest)


def test_without_bands_there_is_an_average_too():
    """And no colon that leads to nothing."""
    said = scores([run(0, band=None), run(1, 8.0, None)], replace(RUBRIC, bands={}))
    assert headline(said).plain == "Average 7.38 of 10 over 2 runs"


def test_the_id_of_a_criterion_is_text():
    """Markup in it neither ends a run nor vanishes."""
    own = {"[/b]": 5, "[red]x": 6}
    rubric = Rubric(criteria={id: Criterion("a", 5.0, scale=TEN) for id in own})
    verdicts = {id: {"verdict": "pass", "score": 1, "items": [{"title": "X", "reason": "so"}]} for id in own}
    told = record("pass", 0, points={"got": 5.5, "of": 10.0})
    one = replace(told, verdicts=verdicts, items=[{"title": "X", "points": 5.5, "scores": own}])
    text = printed(scores([one], rubric), 80)
    assert "[/b]" in text.split("- X")[0]
    assert "[red]x" in text.split("- X")[0]
    assert "- X, [/b] 5: so" in text


def test_a_few_runs_have_cards():
    """The first three that have items; all count."""
    said = of(run(0, items=[]), *(run(number) for number in range(1, 6)))
    assert ([card.run for card in said.cards], said.runs) == ([1, 2, 3], 6)


def test_a_card_says_what_the_first_sample_said():
    """Another sample's words are in the record."""
    (card,) = of(run()).cards
    assert (card.best, card.worst, card.summary) == ("It sells.", "It does not.", "A wide range.")
    (silent,) = of(run(assessments=[])).cards
    assert (silent.best, silent.worst, silent.summary) == ("", "", "")


@pytest.mark.parametrize(
    ("points", "band", "text"),
    [
        (6.75, "GOOD", "6.75/10 GOOD"),
        (6.0, None, "6/10"),
        (6.123456, None, "6.123/10"),
        (0.0, None, "0/10"),
        (6.4999, "FAIR", "6.499/10 FAIR"),
        (9.9996, None, "9.999/10"),
        (12_345.6789, None, "12345.678/10"),
        (6499.9996, None, "6499.999/10"),
        (0.1 + 0.2, None, "0.3/10"),
        (6.5 - 1e-12, "GOOD", "6.5/10 GOOD"),
        (4.35, None, "4.35/10"),
        (1.005, None, "1.005/10"),
    ],
)
def test_rated(points, band, text):
    """Points of those that could be had, cut below any bound that they do not reach, and the band."""
    assert rated(points, 10.0, band) == text


def test_a_card():
    """Items by criteria with all their points, then what was said, then the samples."""
    text = printed(of(run(7, samples=SAMPLES)), 120)
    rows = [" ".join(row.split()) for row in text.splitlines()]
    assert rows[0].startswith("Average 6.75 of 10 over 1 run")
    start = rows.index("Best of all 9 8 9 8 8.5")
    assert "run 007: 6.75/10 GOOD" in " ".join(rows[1:start])
    assert rows[start + 1 :] == [
        "Good enough 7 6 7 7 6.75",
        "Middling 6 4 6 4 5",
        "- Best of all, potential upside 8: Best of all has no potential_upside",
        "- Good enough, potential upside 6: Good enough has no potential_upside",
        "- Middling, potential upside 4: Middling has no potential_upside",
        "Best: It sells.",
        "Worst: It does not.",
        "Summary: A wide range.",
        "3 samples: 6.8, 5.6, 7.4 (spread 0.92, 67% in the same band)",
    ]


def test_samples_without_bands():
    """Their spread alone."""
    text = printed(of(run(samples={"points": [6.8, 5.6], "spread": 0.848528})), 80)
    assert "2 samples: 6.8, 5.6 (spread 0.85)\n" in text


LONG = {
    "An idea with a title that is as long as the form allows it to be, and then says it again": (9, 10, 9, 9),
    "Supercalifragilisticexpialidocious" * 3: (10, 3, 7, 1),
    "短い": (1, 1, 1, 1),
}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(width):
    """No line is longer than the terminal, every score is whole, and titles have room for some words."""
    said = of(*(run(number, ideas=LONG, samples=SAMPLES) for number in range(3)))
    text = printed(said, width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert len(re.findall(r" 9 +10 +9 +9 +9.25$", text, re.MULTILINE)) == 3
    assert len(re.findall(r" 10 +3 +7 +1 +5.25$", text, re.MULTILINE)) == 3
    assert "…" not in text.split("- An idea")[0]
    assert re.search(r"^An idea with a .* 9.25$", text, re.MULTILINE)
    for name in ("business", "viability", "potential", "upside", "likelihood", "success", "novelty"):
        assert name in text


def test_what_is_said_is_cut():
    """A judge that goes on for pages does not fill the terminal."""
    wordy = [{"best": "so " * 1000, "worst": "x" * 3000, "summary": "\n" * 500 + "end"}]
    text = printed(of(run(assessments=wordy)), 80)
    assert len(text) < 2500
    assert "Summary: end" in text


HOSTILE = "[red]Buy[/red] [link=x]me\x1b[2J\u202e"


@pytest.mark.parametrize("terminal", [False, True])
def test_text_of_a_model_is_text(terminal):
    """Markup in titles and reasons is shown as it stands; nothing acts and nothing hides."""
    hostile = run(
        ideas={HOSTILE: (5, 5, 5, 5)},
        assessments=[{"best": HOSTILE, "worst": "[bold]w[/bold]", "summary": "[/]"}],
    )
    text = printed(of(hostile), 120, terminal)
    assert text.count("[red]Buy[/red] [link=x]me⟦U+001B⟧[2J⟦U+202E⟧") >= 3
    assert "Worst: [bold]w[/bold]" in text
    assert "Summary: [/]" in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert ("\x1b" in text) is terminal
