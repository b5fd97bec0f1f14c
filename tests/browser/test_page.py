"""The page in a real browser: Chromium of the system, without a network. Skipped where there is none."""

from __future__ import annotations

import itertools
import os
import random
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.past import Past
from engine.report.html import write_page
from engine.visible import visible
from tests.engine.report.folders import CODE, HOSTILE, events, experiment, run, scored, sweep, verdict

playwright = pytest.importorskip("playwright.sync_api", reason="the page is tested with playwright")
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}; apt-get install chromium"),
]
ARGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield browser
        browser.close()


class Opened:
    """A page in a tab of its own; what its console said and what it asked for are kept."""

    def __init__(self, chromium: Any, file: Path, **options: Any) -> None:
        self.file = file
        self.context = chromium.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        self.tab = self.context.new_page()
        self.tab.set_default_timeout(20_000)
        self.trouble: list[str] = []
        self.asked: list[str] = []
        self.tab.on("console", lambda said: self.trouble.append(said.text))
        self.tab.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.tab.on("dialog", lambda dialog: self.trouble.append(dialog.message))
        self.tab.on("request", lambda request: self.asked.append(request.url.partition("#")[0]))

    def at(self, where: str = "") -> Any:
        self.tab.goto(f"{self.file.as_uri()}{where}")
        return self.tab

    def rows(self) -> list[str]:
        return self.tab.locator("#runs tbody tr").evaluate_all("rows => rows.map(row => row.dataset.run)")

    def focused(self) -> str:
        return self.tab.evaluate("document.activeElement.id")


@pytest.fixture
def opened(chromium, tmp_path) -> Iterator[Any]:
    """Write a page of these experiments and open it. In the end nothing was asked for or complained of."""
    tabs: list[Opened] = []

    def new(*pasts: Past, **options: Any) -> Opened:
        file = tmp_path / "page.html"
        write_page(pasts, file)
        tabs.append(Opened(chromium, file, **options))
        return tabs[-1]

    yield new
    for each in tabs:
        each.context.close()
        assert each.trouble == []
        assert set(each.asked) == {each.file.as_uri()}


def test_the_overview_of_a_sweep(opened, tmp_path):
    """Three tasks by two models: a row for each, the plots, each with the same as a table, and heat maps."""
    page = opened(*sweep(tmp_path))
    tab = page.at()
    assert tab.locator("#experiments tbody tr").count() == 6
    assert "40% 17% to 69%" in tab.locator("#experiments tbody tr").first.inner_text().replace("\t", " ")
    playwright.expect(tab.locator("#plots svg")).to_have_count(4)
    titles = tab.locator("#plots h3").all_inner_texts()
    assert titles == ["Pass rate", "Scores", "Failures", "Cost and pass rate"]
    assert tab.locator("#plots figure details table").count() == 4
    pass_rates = tab.locator("#plots figure").first
    assert pass_rates.locator("svg circle").count() == 6
    assert pass_rates.locator("svg g[aria-label='bar'] rect").count() == 6  # the target bands
    assert tab.locator("#criteria table").count() == 3
    assert tab.locator("#criteria .cell").all_inner_texts() == ["100%", "100%", "40%", "50%"] * 3
    assert tab.locator("#count").inner_text() == "60 runs"


def test_filters_and_order_are_kept_in_the_address(opened, tmp_path):
    """Each filter narrows the table, and the address alone brings the same rows back."""
    page = opened(*sweep(tmp_path))
    tab = page.at()
    tab.get_by_label("Outcome").select_option("fail")
    assert tab.locator("#count").inner_text() == "33 of 60 runs"
    tab.get_by_label("Failed criterion").select_option("documented")
    tab.get_by_role("searchbox").fill("task1 MODEL-1")
    assert tab.locator("#count").inner_text() == "5 of 60 runs"
    tab.get_by_role("button", name="Run", exact=True).click()
    tab.get_by_role("button", name="Run", exact=True).click()
    rows = page.rows()
    assert rows == [f"task1-model1/00{number}" for number in (9, 7, 5, 3, 1)]
    assert tab.locator("#runs th[aria-sort]").get_attribute("aria-sort") == "descending"
    where = tab.evaluate("location.hash")
    tab.get_by_role("button", name="Clear").click()
    assert tab.locator("#count").inner_text() == "60 runs"
    again = Opened(tab.context.browser, page.file)
    again.at(where)
    assert again.rows() == rows
    assert again.tab.get_by_role("searchbox").input_value() == "task1 MODEL-1"
    again.context.close()


def test_a_cell_of_the_heat_map_leads_to_its_failures(opened, tmp_path):
    """It filters by experiment and criterion."""
    page = opened(*sweep(tmp_path))
    page.at().locator("#criteria a.cell").nth(1).click()
    assert page.rows() == [f"task0-model1/00{number}" for number in (1, 3, 5, 7, 9)]


def test_a_run_and_the_next(opened, tmp_path):
    """By its address; on with keys, in the order of the table; and back to the row that one came from."""
    page = opened(*sweep(tmp_path))
    tab = page.at("#run=task0-model0/003&outcome=pass")
    title = tab.locator("#run-title")
    playwright.expect(title).to_have_text("task0 · model-0 run 003")
    assert page.focused() == "run-title"
    assert tab.locator(".place").inner_text() == "2 of 27"
    tab.keyboard.press("j")
    playwright.expect(title).to_have_text("task0 · model-0 run 006")
    tab.keyboard.press("ArrowRight")
    playwright.expect(title).to_have_text("task0 · model-0 run 009")
    tab.keyboard.press("k")
    tab.keyboard.press("ArrowLeft")
    playwright.expect(title).to_have_text("task0 · model-0 run 003")
    tab.keyboard.press("Escape")
    playwright.expect(tab.locator("#overview")).to_be_visible()
    assert tab.locator("#count").inner_text() == "27 of 60 runs"
    assert page.focused() == "row-task0-model0/003"
    tab.keyboard.press("j")
    tab.keyboard.press("Enter")
    playwright.expect(title).to_have_text("task0 · model-0 run 006")
    tab.go_back()
    playwright.expect(tab.locator("#run")).to_be_hidden()


def test_verdicts_and_their_evidence(opened, tmp_path):
    """A quote is marked in its line, blanks aside; its verdict leads there. What was measured has no line."""
    code = "\n" * 200 + "import math\n\n\ndef area(radius):\n    return math.pi  *  radius ** 2\n"
    quote = {"quote": "return math.pi * radius ** 2", "file": "main.py", "line": 205}
    past = experiment(tmp_path / "one", [run(0, False)], files={"main.py": code})
    past.records[0].verdicts["exact"]["evidence"][0].update(quote)
    tab = opened(past).at("#run=one/000")
    assert tab.locator("mark").all_inner_texts() == ["return math.pi  *  radius ** 2"]
    assert tab.locator("li:has(mark)").get_attribute("value") == "205"
    assert not tab.locator("mark.current").count()
    card = tab.locator(".verdict[data-id=exact]")
    card.get_by_role("button", name="Exact").click()
    playwright.expect(tab.locator("mark.current")).to_be_in_viewport()
    assert "votes: pass 2, unclear 1" in card.inner_text()
    other = tab.locator(".verdict[data-id=documented]")
    assert other.locator(".measured").inner_text() == "0 of 1 functions"
    assert other.locator(".badge").inner_text() == "fail"


def test_the_transcript(opened, tmp_path):
    """Turns with role, tokens and seconds; calls, results and thinking are folded; the config too."""
    tab = opened(experiment(tmp_path / "one", [run(0, True)])).at("#run=one/000")
    turn = tab.locator(".transcript li.agent")
    assert "1. Agent m" in turn.inner_text()
    assert "900 tokens in, 100 out, $0.0100 · 1.5 s" in turn.inner_text()
    assert not turn.get_by_text("print(2)").is_visible()
    turn.locator("summary", has_text="python").click()
    assert turn.get_by_text("print(2)").is_visible()
    turn.locator("summary", has_text="Thinking").click()
    assert turn.locator(".thinking pre").inner_text() == "What is asked?"
    tab.locator("summary", has_text="resolved config").click()
    playwright.expect(tab.locator("#run section:last-child pre")).to_contain_text("name: circle")


def test_scored_items(opened, tmp_path):
    """Items by criteria, the best first; ranking, best, worst, summary; prior work, risks, quotes."""
    tab = opened(scored(tmp_path / "one")).at("#run=one/000")
    rows = tab.locator("section[aria-labelledby=items-title] tbody tr")
    assert rows.all_inner_texts() == ["Warm caches\t8\t8", "Cold starts\t4\t4"]
    told = tab.locator("#run").inner_text()
    for text in (
        "6 of 10 points",
        "GOOD",
        "It pays.",
        "It does not.",
        "They differ.",
        "50% in the same band",
    ):
        assert text in told
    tab.locator("section[aria-labelledby=items-title] summary", has_text="Cold starts").click()
    assert tab.get_by_text("prior work on Cold starts").is_visible()
    assert tab.get_by_text("Cold starts is late").is_visible()
    tab.get_by_role("button", name="ideas.json:3").click()
    assert tab.locator("mark.current").all_inner_texts() == ["Cold starts"]


def test_where_there_is_little(opened, tmp_path):
    """A void run without verdicts, transcript and submission; an experiment without runs; none at all."""
    void = run(0, False, outcome="void", failure="provider", verdicts={}, score=None)
    tab = opened(experiment(tmp_path / "one", [void], files={}, said=[])).at("#run=one/000")
    for text in ("Nothing was graded.", "Nothing was handed in.", "None was kept."):
        assert tab.get_by_text(text).is_visible()
    tab = opened(experiment(tmp_path / "none", [])).at()
    assert tab.locator("#count").inner_text() == "0 runs"
    tab = opened().at()
    assert tab.locator("#count").inner_text() == "0 runs"
    tab.wait_for_timeout(200)


def test_what_was_cut_is_told(opened, tmp_path):
    """Of a run that is too large the note names the place, and what is left can be read."""
    noise = random.Random(1)
    said = [*events(), *({"event": "note", "text": f"{noise.random()}"} for _ in range(50_000))]
    whole = run(0, False)
    whole["verdicts"]["exact"]["evidence"] *= 500
    past = experiment(tmp_path / "one", [whole], files={"main.py": CODE}, said=said)
    tab = opened(past).at("#run=one/000")
    assert str(past.folder / "transcripts" / "000.jsonl") in tab.get_by_role("note").inner_text()
    assert tab.locator(".transcript li").count() < 20_000
    assert tab.locator("mark").count() == 1


def test_hostile_text_is_inert(opened, tmp_path):
    """Wherever it stands, it is shown letter by letter, and what would be unseen by its number."""
    quotes = [{"quote": HOSTILE, "file": "main.py", "line": 1}]
    said = verdict("fail", reason=HOSTILE, evidence=quotes, remarks={HOSTILE: [HOSTILE]}, by=HOSTILE)
    bad = run(0, False, reason=HOSTILE, source=HOSTILE, failure=HOSTILE, model=HOSTILE, band=HOSTILE)
    bad["verdicts"] = {"exact": said, HOSTILE: said}
    past = experiment(tmp_path / "one", [bad], HOSTILE, {"main.py": HOSTILE}, events(HOSTILE, HOSTILE))
    tab = opened(past).at()
    own = "document.querySelectorAll('main :is(script, img, iframe, style:not(.drawing *), [onerror])')"
    assert tab.locator("#runs tbody tr").count() == 1
    assert tab.evaluate(f"{own}.length") == 0
    tab.locator("#runs tbody a").click()
    playwright.expect(tab.locator(".code li")).to_have_count(len(HOSTILE.split("\n")))
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    tab.get_by_role("button", name="Exact").click()
    assert tab.evaluate(f"{own}.length") == 0
    assert tab.evaluate("window.owned") is None
    assert tab.locator(".code li").all_inner_texts() == [visible(line) for line in HOSTILE.split("\n")]
    assert tab.evaluate("/[\\u2028\\u2029\\u202e\\u200b\\x00\\x1b]/.test(document.body.innerText)") is False
    assert "49" not in tab.title()


def test_an_address_is_no_way_in(opened, tmp_path):
    """It is text too, and one that names nothing shows the overview."""
    page = opened(experiment(tmp_path / "one", [run(0, True)]))
    for where in (
        "#run=<img src=x onerror=alert(1)>",
        "#text=<script>alert(1)</script>&sort=-__proto__",
        "#%",
    ):
        tab = page.at(where)
        tab.reload()
        assert tab.locator("#overview").is_visible()


def test_the_policy_holds(opened, tmp_path):
    """Even a script that got into the page would not run, and nothing could be sent anywhere."""
    page = opened(experiment(tmp_path / "one", [run(0, True)]))
    tab = page.at()
    refused: list[str] = []
    tab.on("requestfailed", lambda request: refused.append(f"{request.url} {request.failure}"))
    tab.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.owned = 1";
            const image = document.createElement("img");
            image.src = "https://example.org/x.png";
            document.body.append(script, image);
        }"""
    )
    assert tab.evaluate("window.owned") is None
    tab.wait_for_timeout(100)
    assert refused == ["https://example.org/x.png csp"]  # before anything was sent
    assert len(page.trouble) == 2
    assert all("Content Security Policy" in said for said in page.trouble)
    page.asked.remove("https://example.org/x.png")
    page.trouble.clear()


def test_text_is_shown_as_the_engine_shows_it(opened, tmp_path):
    """Character by character, those aside that Python does not know yet."""
    chars = [chr(at) for at in range(sys.maxunicode + 1)]
    known = [char for char in chars if unicodedata.category(char) not in ("Cn", "Co") and char != "\n"]
    tab = opened(experiment(tmp_path / "one", [run(0, True)])).at()
    points = [ord(char) for char in known]
    shown = tab.evaluate("points => points.map(at => visible(String.fromCodePoint(at)).length)", points)
    odd = [
        hex(at)
        for at, length in zip(points, shown, strict=True)
        if (length > 2) != (visible(chr(at)) != chr(at))
    ]
    assert odd == []


def test_a_thousand_runs(opened, tmp_path):
    """Interactive in two seconds, quick to filter and to sort, and of bounded size."""
    words = [f"word{number}" for number in range(800)]
    said = events(" ".join(words)) * 5
    runs = [run(at, at % 3 == 0, source=f"specimen {at % 7}") for at in range(250)]
    pasts = [experiment(tmp_path / f"e{at}", runs, f"task{at}", said=said) for at in range(4)]
    page = opened(*pasts)
    assert page.file.stat().st_size < 8_000_000
    began = time.monotonic()
    tab = page.at()
    tab.locator("#runs tbody tr").first.wait_for()
    seconds = time.monotonic() - began
    assert tab.evaluate("performance.getEntriesByName('ready')[0].startTime") < 2000
    assert seconds < 2
    assert tab.locator("#count").inner_text() == "1,000 runs"
    took = tab.evaluate(
        "() => { const t = performance.now(); change({text: 'specimen 3', sort: '-points'}); "
        "document.body.offsetHeight; return performance.now() - t; }"
    )
    assert took < 500
    tab.get_by_role("button", name="Clear").click()
    assert len(page.rows()) == 250
    tab.get_by_role("button", name="Show 250 more").click()
    assert len(page.rows()) == 500
    tab.evaluate("location.hash = 'run=e3/249'")
    playwright.expect(tab.locator(".transcript li.agent")).to_have_count(5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1600])
def test_it_fits_and_has_its_colours(opened, tmp_path, width, scheme):
    """Nothing is wider than the window; the colours follow the system until the switch says otherwise."""
    page = opened(
        *sweep(tmp_path, 1),
        scored(tmp_path / "s"),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
    )
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = "rgb(22, 24, 27)"
    for where in ("", "#run=s/000", "#run=task0-model0/001"):
        tab = page.at(where)
        tab.reload()
        tab.wait_for_timeout(200)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert (tab.evaluate(paper) == dark) == (scheme == "dark")
    for colours in (False, True, scheme == "dark"):  # light, dark, and again as the system
        tab.locator("#theme").click()
        assert (tab.evaluate(paper) == dark) == colours


def test_headings_landmarks_and_names(opened, tmp_path):
    """One first heading a view and no level left out; every button, link and field has a name."""
    page = opened(*sweep(tmp_path, 1), scored(tmp_path / "s"))
    levels = (
        "[...document.querySelectorAll('h1, h2, h3, h4')].filter(each => each.checkVisibility())"
        ".map(each => +each.tagName[1])"
    )
    for where in ("", "#run=s/000"):
        tab = page.at(where)
        tab.reload()
        tab.wait_for_timeout(200)
        found = tab.evaluate(levels)
        assert found.count(1) == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(found))
        for role in ("button", "link", "combobox", "searchbox", "region", "article"):
            for one in tab.get_by_role(role).all():
                assert one.evaluate(
                    "n => n.innerText || n.ariaLabel || n.getAttribute('aria-labelledby') || n.labels?.length"
                )
        assert [tab.get_by_role(role).count() for role in ("main", "banner", "contentinfo")] == [1, 1, 1]


def test_it_prints(opened, tmp_path):
    """In light colours, without controls, and with all of the submission."""
    page = opened(*sweep(tmp_path, 1))
    tab = page.at("#run=task0-model0/001")
    tab.locator(".code").wait_for()
    tab.emulate_media(media="print", color_scheme="dark")
    assert not tab.locator("#theme").is_visible()
    assert tab.locator(".code").is_visible()
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(31, 35, 40)"
