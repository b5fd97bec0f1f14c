"""The page of experiments as a file: what is in it, and that nothing in it can act."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.past import Past
from engine.report import html, packed
from engine.report.html import write_page
from tests.engine.report.folders import CODE, HOSTILE, events, experiment, run, scored, sweep, verdict


class Elements(HTMLParser):
    """The scripts and styles of a page as a browser would part them, and the attributes of all elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.blocks: list[tuple[str, dict[str, str | None], str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.blocks.append((tag, dict(attrs), ""))

    def handle_data(self, data):
        if self.lasttag in ("script", "style") and self.blocks:
            tag, attributes, text = self.blocks[-1]
            self.blocks[-1] = (tag, attributes, text + data)

    def handle_endtag(self, tag):
        self.lasttag = ""

    def data(self, id: str) -> str:
        return next(text for _, attributes, text in self.blocks if attributes.get("id") == id)

    def unpacked(self, id: str):
        return json.loads(gzip.decompress(base64.b64decode(self.data(id))))


def page(folder: Path, *pasts: Past) -> Elements:
    file = folder / "page.html"
    write_page(pasts, file)
    return Elements(file.read_text(encoding="utf-8"))


@pytest.fixture
def hostile(tmp_path) -> Past:
    """Whatever somebody else could have written is an attack."""
    said = verdict("fail", reason=HOSTILE, evidence=[{"quote": HOSTILE, "file": "main.py", "line": 1}])
    bad = run(0, False, reason=HOSTILE, source=HOSTILE, failure=HOSTILE, model=HOSTILE)
    bad["verdicts"] = {"exact": said, HOSTILE: said}
    return experiment(tmp_path / "hostile", [bad], HOSTILE, {"main.py": HOSTILE}, events(HOSTILE, HOSTILE))


def test_an_experiment_and_its_runs(tmp_path):
    """The figures of each experiment and a row for each run are there before anything is unpacked."""
    index = json.loads(page(tmp_path, *sweep(tmp_path)).data("index"))
    first = index["experiments"][0]
    assert [len(index[name]) for name in ("experiments", "runs")] == [6, 60]
    assert (first["task"], first["model"], first["label"]) == ("task0", "model-0", "task0 · model-0")
    assert (first["grading"], first["threshold"], first["judge"]) == ("probe + judge", "3 of 3", "j")
    assert (first["rate"], first["mean"]) == (0.4, 1.8)
    assert first["target"] == [0.1, 0.4]
    assert index["runs"][1]["failed"] == ["documented"]
    assert (index["runs"][1]["got"], index["runs"][1]["cost"]) == (1.0, 0.01)


def test_a_run_is_whole(tmp_path):
    """Its record, its transcript and its files come back as they were; the config too."""
    said = page(tmp_path, experiment(tmp_path / "one", [run(7, True)]))
    whole = said.unpacked("run-0-7")
    assert whole["record"] == run(7, True)
    assert whole["events"] == events()
    assert (whole["files"], whole["note"]) == ({"main.py": CODE}, "")
    assert "name: circle" in said.unpacked("config-0")


def test_names_of_experiments(tmp_path):
    """Of one task and one model it is the folder that tells them apart, and no two have the same key."""
    runs = [run(0, True)]
    pasts = [experiment(tmp_path / parent / name, runs) for parent in "ab" for name in ("x", "y")]
    told = json.loads(page(tmp_path, *pasts).data("index"))["experiments"]
    assert [each["key"] for each in told] == ["x", "y", "x~2", "y~2"]
    assert len({each["label"] for each in told}) == 4


def test_it_loads_nothing(tmp_path):
    """No element names another resource, and the policy would refuse it."""
    said = page(tmp_path, *sweep(tmp_path, 1, 1, 1))
    named = [attributes for _, attributes in said.tags if "src" in attributes or "srcset" in attributes]
    links = [attributes["href"] for _, attributes in said.tags if "href" in attributes]
    assert not named
    assert all(link.startswith("#") for link in links)
    assert not [tag for tag, _ in said.tags if tag in ("link", "img", "iframe", "object", "base")]


def test_the_policy_names_each_script_and_style(tmp_path):
    """By its hash, and nothing else: no word that would let others in."""
    said = page(tmp_path, *sweep(tmp_path, 1, 1, 1))
    policy = next(each["content"] for tag, each in said.tags if each.get("http-equiv"))
    run = [(tag, text) for tag, attributes, text in said.blocks if "type" not in attributes]
    assert [tag for tag, _ in run] == ["style", "script", "script", "script"]
    for tag, text in run:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in re.search(f"{tag}-src ([^;]*)", policy)[1]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_hostile_text_stays_data(tmp_path, hostile):
    """The page has the same elements as one of a harmless experiment, and gives the text back unchanged."""
    harmless = page(tmp_path, experiment(tmp_path / "fine", [run(0, True)]))
    said = page(tmp_path, hostile)
    assert [tag for tag, _ in said.tags] == [tag for tag, _ in harmless.tags]
    assert not re.search("[<>&\u2028\u2029\u202e\x1b]", said.data("index"))
    assert said.unpacked("run-0-0")["files"]["main.py"] == HOSTILE
    assert json.loads(said.data("index"))["experiments"][0]["task"] == HOSTILE


def test_the_scripts_read_no_markup():
    """There is no way in them by which text could become elements or code."""
    for name in html.SCRIPTS[-1]:
        text = (html.ASSETS / name).read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text
        )
        assert "</script" not in text


def test_what_is_too_much_is_cut(tmp_path, monkeypatch):
    """A run has its bound, and says where the rest lies; all runs have one too."""
    noise = "".join(random.Random(1).choices("abcdefghijklmnop", k=400_000))
    past = experiment(tmp_path / "big", [run(0, True)], said=events(noise), files={"a.py": noise})
    whole = page(tmp_path, past).unpacked("run-0-0")
    assert len(page(tmp_path, past).data("run-0-0")) <= html.PER_RUN * 4 / 3
    assert whole["events"][1]["text"].startswith(noise[:50_000])
    assert whole["events"][1]["text"].endswith("characters more)")
    assert str(past.folder / "transcripts" / "000.jsonl") in whole["note"]
    assert whole["record"] == run(0, True)
    monkeypatch.setattr(html, "IN_ALL", 3_000)
    assert len(page(tmp_path, past).data("run-0-0")) <= 4_000


def test_many_small_events_are_cut(tmp_path):
    """Not only long texts can be too much."""
    noise = random.Random(1)
    said = [{"event": "note", "text": f"{noise.random()}"} for _ in range(100_000)]
    data = page(tmp_path, experiment(tmp_path / "many", [run(0, True)], said=said)).data("run-0-0")
    assert len(data) <= html.PER_RUN * 4 / 3


def test_no_file_is_read_without_end(tmp_path, monkeypatch):
    """Of a huge transcript the whole lines at its beginning are kept."""
    monkeypatch.setattr(packed, "READ", 200)
    whole = page(tmp_path, experiment(tmp_path / "one", [run(0, True)])).unpacked("run-0-0")
    assert [event["event"] for event in whole["events"]] == ["run_started"]
    assert whole["note"]


def test_what_is_missing_or_torn(tmp_path):
    """A run without transcript or submission, and a line that a crash tore, are no reason to fail."""
    past = experiment(tmp_path / "one", [run(0, True), run(1, True)], files={})
    (past.folder / "transcripts" / "000.jsonl").unlink()
    (past.folder / "transcripts" / "001.jsonl").write_text('{"event": "a", "x": NaN}\n[1]\n{"event": "b')
    said = page(tmp_path, past)
    assert said.unpacked("run-0-0")["events"] == []
    assert said.unpacked("run-0-1")["events"] == [{"event": "a", "x": "nan"}]


def test_a_link_is_not_followed(tmp_path):
    """It could lead to any file of this machine."""
    past = experiment(tmp_path / "one", [run(0, True)])
    (tmp_path / "secret").write_text("a secret")
    (past.folder / "submissions" / "000" / "link").symlink_to(tmp_path / "secret")
    assert list(page(tmp_path, past).unpacked("run-0-0")["files"]) == ["main.py"]


def test_half_a_surrogate_pair(tmp_path):
    """What is no text at all is carried as it is."""
    past = experiment(tmp_path / "one", [run(0, True, source="\ud800")], said=events("\udfff"))
    said = page(tmp_path, past)
    assert json.loads(said.data("index"))["runs"][0]["source"] == "\ud800"
    assert said.unpacked("run-0-0")["events"][1]["text"] == "\udfff"


def test_items_are_there(tmp_path):
    """A scored run has its items, and the experiment its bands' threshold and the scale of each criterion."""
    said = page(tmp_path, scored(tmp_path / "one"))
    assert said.unpacked("run-0-0")["record"]["items"][0]["title"] == "Warm caches"
    criterion = json.loads(said.data("index"))["experiments"][0]["criteria"]["exact"]
    assert (criterion["scale"], criterion["score"]) == ([1, 10], 6.0)


def test_it_is_whole_or_not_there(tmp_path, monkeypatch):
    """A page that could not be finished leaves the one of before alone."""
    past = experiment(tmp_path / "one", [run(0, True)])
    page(tmp_path, past)
    before = (tmp_path / "page.html").read_bytes()

    def fails(*_):
        raise OSError("no space left")

    monkeypatch.setattr(html, "packed", fails)
    with pytest.raises(OSError, match="no space"):
        write_page([past], tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == before
    assert not (tmp_path / "page.html.part").exists()


def test_no_runs_and_no_experiments(tmp_path):
    """There is a page all the same."""
    assert json.loads(page(tmp_path, experiment(tmp_path / "none", [])).data("index"))["runs"] == []
    assert json.loads(page(tmp_path).data("index")) == {"experiments": [], "runs": []}
