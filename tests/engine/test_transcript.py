"""The events of a run."""

from __future__ import annotations

import json
import resource
import signal

import pytest

from engine.model import Request, User
from engine.transcript import Transcript
from tests.doubles import Answering


async def test_a_model_call_is_written_and_added_up(tmp_path):
    """Each call is a line with its usage; the sums are kept by role."""
    transcript = Transcript(4, tmp_path / "t.jsonl")
    for role in ("agent", "judge", "judge"):
        await transcript.ask(role, Answering(lambda _: "hi é"), Request((User(("x",)),)))
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["role"] for line in lines] == ["agent", "judge", "judge"]
    assert lines[0]["usage"] == {"input": 10, "output": 5, "cache_read": 0, "cache_write": 0, "cost": 0.001}
    assert lines[0]["text"] == "hi é"
    assert transcript.usage["judge"].output == 10


def test_an_echo_hears_everything(tmp_path):
    """Who watches gets the run's number and the entry that was written."""
    heard = []
    Transcript(4, tmp_path / "t.jsonl", lambda run, entry: heard.append((run, entry["event"]))).write("began")
    assert heard == [(4, "began")]


def test_no_secret_is_written_or_told(tmp_path, monkeypatch):
    """A key that a model repeats reaches neither the file nor who watches."""
    monkeypatch.setenv("MY_API_KEY", "planted-123456")
    heard = []
    transcript = Transcript(4, tmp_path / "t.jsonl", lambda _, entry: heard.append(entry))
    transcript.write(
        "error", traceback="Error: planted-123456", calls=[{"arguments": {"a": "planted-123456"}}]
    )
    assert "planted" not in (tmp_path / "t.jsonl").read_text() + str(heard)
    assert heard[0]["traceback"] == "Error: ***"


def test_an_event_that_does_not_fit_leaves_no_trace(tmp_path):
    """A full disk is an error, and the events before and after it can still be read."""
    transcript = Transcript(4, tmp_path / "t.jsonl")
    transcript.write("began")
    size = (tmp_path / "t.jsonl").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, before[1]))
    try:
        with pytest.raises(OSError, match="no space left for an event"):
            transcript.write("said", text="x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    transcript.write("ended")
    events = [json.loads(line)["event"] for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert events == ["began", "ended"]
