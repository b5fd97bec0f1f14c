"""The events of a run."""

from __future__ import annotations

import json
import resource
import signal

import pytest

from engine.cache import Cache
from engine.calls import Calls
from engine.errors import Stopped
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
    transcript.write("said", text="nothing")
    assert "planted" not in (tmp_path / "t.jsonl").read_text() + str(heard)
    assert heard[0]["traceback"] == "Error: ***"
    assert [entry.get("masked") for entry in heard] == [True, None]


async def test_a_masked_reply_is_kept_from_the_cache(tmp_path, monkeypatch):
    """It would be handed to others as what was said."""
    monkeypatch.setenv("MY_API_KEY", "planted-123456")
    cache = Cache(tmp_path / "replies", ["judge"])
    model = Answering(lambda _: "planted-123456")
    transcript = Transcript(0, tmp_path / "t.jsonl", calls=Calls(cache=cache))
    assert (await transcript.ask("judge", model, Request((User(("Hello.",)),)))).text == "planted-123456"
    assert not (tmp_path / "replies").exists()


async def test_what_cannot_be_written_ends_the_experiment(tmp_path):
    """A full disk: what is paid for from now on would be lost."""
    calls = Calls()
    model = Answering(lambda _: "hm")
    transcript = Transcript(0, tmp_path / "nowhere/t.jsonl", calls=calls)
    with pytest.raises(OSError, match="No such file"):
        await transcript.ask("agent", model, Request((User(("Hello.",)),)))
    assert calls.stopped().startswith("results cannot be written")
    with pytest.raises(Stopped):
        await transcript.ask("agent", model, Request((User(("Hello.",)),)))
    assert len(model.asked) == 1


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
