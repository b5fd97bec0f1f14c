"""What only who types the command decides."""

from __future__ import annotations

import pytest

from engine.errors import Refused
from engine.plan import Plan
from tests.engine.config.composing import MINE, TASK, my_evals, planned, write

ASKED = ("task=mine", "sandbox=subprocess", "agent.model.api_key=x", "judge.model=scripted")
LOCAL = "_target_: engine.models.litellm.LiteLLM\nid: openai/x\nprice: {input: 1, output: 1}\n"


def tried(tmp_path, monkeypatch, more: str, *overrides: str, model: str = "") -> Plan:
    folder = tmp_path / "here"
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    own = write(
        my_evals(folder / "my_evals"), {"task/mine.yaml": TASK + more, "model/own.yaml": LOCAL + model}
    )
    return planned(*overrides, own=own)


@pytest.mark.parametrize("place", ["/tmp/x", "../x", "x/../../y", "~/x"])
def test_the_output_folder(tmp_path, monkeypatch, place):
    """A file may choose one below the current folder."""
    with pytest.raises(
        Refused, match=r"^out=.*leads out of the current folder; .* \(out: .*/task/mine\.yaml"
    ):
        tried(tmp_path, monkeypatch, f"out: {place}\n", *MINE)


def test_a_typed_output_folder(tmp_path, monkeypatch):
    assert tried(tmp_path, monkeypatch, "out: ../x\n", *MINE, "out=../y").out.name == "y"


def test_an_output_folder_below(tmp_path, monkeypatch):
    assert tried(tmp_path, monkeypatch, "out: a/b\n", *MINE).out == tmp_path / "here/a/b"


@pytest.mark.parametrize("place", ["/etc", "../x", "../../../../x", "good/../../../../../x"])
def test_the_source(tmp_path, monkeypatch, place):
    """A file may choose a specimen, or what lies below the current folder."""
    with pytest.raises(Refused, match=r"^agent\.source=.*leads out of the current folder; .*mine\.yaml"):
        tried(tmp_path, monkeypatch, f"agent: {{source: {place}}}\n", *MINE)


def test_a_link_as_source(tmp_path, monkeypatch):
    """What counts is where it leads."""
    (tmp_path / "away").mkdir()
    links = tmp_path / "here/links"
    links.mkdir(parents=True)
    (links / "away").symlink_to(tmp_path / "away")
    with pytest.raises(Refused, match=r"^agent\.source=links/away: this leads out"):
        tried(tmp_path, monkeypatch, "agent: {source: links/away}\n", *MINE)


def test_sources_within(tmp_path, monkeypatch):
    plan = tried(tmp_path, monkeypatch, "agent: {source: good}\n", *MINE)
    assert [item.stem for item in plan.agent.items] == ["good"]


def test_a_typed_source(tmp_path, monkeypatch):
    (tmp_path / "mine.txt").write_text("a poem")
    plan = tried(tmp_path, monkeypatch, "agent: {source: /etc}\n", *MINE, f"agent.source={tmp_path}/mine.txt")
    assert [item.stem for item in plan.agent.items] == ["mine"]


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ("base_url: https://evil.example/v1\n", "base_url"),
        ("base_url: http://localhost@evil.example/\n", "base_url"),
        ("base_url: http://localhost.evil.example/\n", "base_url"),
        ("base_url: http://localhost:1@evil.example/\n", "base_url"),
        ("extra: {api_base: evil.example}\n", "extra.api_base"),
        ("extra: {fallbacks: [{endpoint: 'https://evil.example'}]}\n", "extra.fallbacks.0.endpoint"),
    ],
)
def test_where_keys_are_sent(tmp_path, monkeypatch, model, key):
    """Not to an address that a file gives."""
    with pytest.raises(Refused, match=rf"^agent\.model\.{key}=.*your key would be sent .*model/own\.yaml"):
        tried(tmp_path, monkeypatch, "", *ASKED, "agent.model=own", model=model)


@pytest.mark.parametrize(
    "typed", ["agent.model.base_url=https://mine.example", "agent.model={base_url: 'https://mine.example'}"]
)
def test_a_typed_address(tmp_path, monkeypatch, typed):
    """It is the user's own."""
    model = "base_url: https://evil.example/v1\n"
    plan = tried(tmp_path, monkeypatch, "", *ASKED, "agent.model=own", typed, model=model)
    assert plan.models["agent.model"].base_url == "https://mine.example"


@pytest.mark.parametrize("address", ["http://localhost:8000/v1", "http://127.0.0.1", "http://[::1]:80/"])
def test_this_machine(tmp_path, monkeypatch, address):
    """A model that runs here needs no word of the user."""
    plan = tried(tmp_path, monkeypatch, "", *ASKED, "agent.model=own", model=f"base_url: '{address}'\n")
    assert plan.models["agent.model"].base_url == address


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("sandbox: {allow_weak: true}\n", r"sandbox\.allow_weak=True"),
        ("sandbox: {devices: [sda]}\n", r"sandbox\.devices\.0=sda"),
        ("sandbox: {_target_: sandbox.subprocess.Subprocess}\n", r"sandbox\._target_="),
        ("defaults: [override /sandbox: subprocess, override /rubric: mine]\n", "sandbox=subprocess"),
        ("defaults: ['/sandbox/subprocess@sandbox', override /rubric: mine]\n", r"sandbox=subprocess"),
    ],
)
def test_the_sandbox(tmp_path, monkeypatch, more, key):
    """No file weakens what holds the code that it brings."""
    with pytest.raises(Refused, match=rf"^{key}.*only you can choose that"):
        tried(tmp_path, monkeypatch, more, "task=mine", "agent=replay", "grading=probe", "rubric=mine")
