"""Where results go: never onto others."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.config.destination import destination, slug
from engine.errors import Refused

NOW = datetime(2026, 11, 22, 22, 13, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_by_task_and_time(here):
    """Nothing is made yet; the same second again gets a number."""
    first = destination(None, "toy", {}, NOW)
    assert first == here / "out/toy/2026-11-22T22-13-08"
    assert not first.exists()
    first.mkdir(parents=True)
    second = destination(None, "toy", {}, NOW)
    second.mkdir()
    assert second.name == "2026-11-22T22-13-08-2"
    assert destination(None, "toy", {}, NOW).name == "2026-11-22T22-13-08-3"


def test_a_folder_of_ones_own(here):
    """As it is; in a sweep each job has a part of it, named readably."""
    assert destination("there", "toy", {}) == here / "there"
    swept = {"agent.model": "openai/gpt-5", "runs": "10"}
    assert destination("there", "toy", swept) == here / "there/agent.model=openai-gpt-5,runs=10"


def test_an_empty_or_unrelated_folder_will_do(here):
    (here / "there").mkdir()
    (here / "there/notes.txt").touch()
    assert destination("there", "toy", {}) == here / "there"


@pytest.mark.parametrize("out", ["file", "file/below/it"])
def test_a_file_is_no_folder(here, out):
    (here / "file").touch()
    with pytest.raises(Refused, match=rf"out={out}: {here}/file is a file"):
        destination(out, "toy", {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_must_be_writable(here):
    (here / "there").mkdir(mode=0o500)
    with pytest.raises(Refused, match=r"out=there/below: .*cannot be written to"):
        destination("there/below", "toy", {})


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("x" * 300, r"out=x+: File name too long"),
        ("/proc/foo", r"out=/proc/foo: /proc cannot be written to"),
        ("~nobody-of-that-name/x", r"out=~nobody-of-that-name/x: .*home"),
    ],
)
def test_a_place_that_cannot_be(out, message):
    with pytest.raises(Refused, match=message):
        destination(out, "toy", {})


@pytest.mark.parametrize(
    ("text", "name"),
    [("openai/gpt-5", "openai-gpt-5"), ("{claim: x}", "claim-x"), ("../..", "none"), ("0.3", "0.3")],
)
def test_slugs(text, name):
    """Readable, and never a way out of the folder."""
    assert slug(text) == name
