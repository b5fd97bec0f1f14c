"""Replies that were paid for once."""

from __future__ import annotations

import json

from engine.cache import Cache, reply_key
from engine.calls import Calls
from engine.model import Request, Turn, Usage, User
from engine.traffic import Traffic
from engine.transcript import Transcript

ASK = Request((User(("Hello.",)),))


async def asked(folder, model, roles=("judge",), run=0, times=1, role="judge"):
    """The replies, and the transcript of a new experiment."""
    calls = Calls(cache=Cache(folder / "replies", roles))
    path = folder / f"{len(list(folder.glob('*.jsonl')))}.jsonl"
    transcript = Transcript(run, path, calls=calls)
    return [await transcript.ask(role, model, ASK) for _ in range(times)], transcript, calls


class Counting:
    """A model that never says the same."""

    def __init__(self):
        self.id = "counting"
        self.price = None
        self.traffic = Traffic(retries=0)
        self._asked = []

    @property
    def asked(self):
        return self._asked

    async def reply(self, request):
        self._asked.append(request)
        text = f"reply {len(self._asked)} of {id(self)}"
        return Turn(text, usage=Usage(10, 5, cost=1.0), raw=[{"a": 1}])


async def test_the_same_request_is_paid_for_once(tmp_path):
    """In another experiment, to the letter, at no cost, and the transcript says so."""
    (first,), before, _ = await asked(tmp_path, Counting())
    model = Counting()
    (again,), after, calls = await asked(tmp_path, model)
    assert (again.text, again.raw, model.asked) == (first.text, first.raw, [])
    assert (before.usage["judge"].cost, after.usage["judge"].cost, calls.spent.cost) == (1.0, 0.0, 0.0)
    event = json.loads((tmp_path / "1.jsonl").read_text())
    assert event["cached"]
    assert event["usage"]["cost"] == 0.0


async def test_only_for_the_roles_that_may(tmp_path):
    await asked(tmp_path, Counting(), role="agent")
    await asked(tmp_path, model := Counting(), role="agent")
    assert len(model.asked) == 1
    assert not (tmp_path / "replies").exists()


async def test_samples_and_runs_stay_independent(tmp_path):
    """The second time in a run, or another run, is another draw."""
    (one, two), *_ = await asked(tmp_path, Counting(), times=2)
    assert one.text != two.text
    again, *_ = await asked(tmp_path, model := Counting(), times=3)
    assert [turn.text for turn in again[:2]] == [one.text, two.text]
    assert len(model.asked) == 1
    await asked(tmp_path, model := Counting(), run=1)
    assert len(model.asked) == 1


async def test_what_nobody_could_use_is_dropped(tmp_path):
    model = Counting()
    turns, transcript, _ = await asked(tmp_path, model)
    transcript.disown(turns)
    await asked(tmp_path, again := Counting())
    assert len(again.asked) == 1


async def test_settings_of_the_model_matter(tmp_path):
    """Those on which a reply depends; not how often it is tried."""
    one, two, three = Counting(), Counting(), Counting()
    two.traffic = Traffic(retries=99)
    three.effort = "high"
    keys = [reply_key(model, "request", 0, 0) for model in (one, two, three)]
    assert keys[0] == keys[1] != keys[2]


async def test_a_folder_that_cannot_be_used_costs_nothing(tmp_path):
    (tmp_path / "replies").write_text("a file")
    (turn,), *_ = await asked(tmp_path, Counting())
    assert turn.text.split(" of ")[0] == "reply 1"


async def test_a_file_that_was_torn_is_no_reply(tmp_path):
    await asked(tmp_path, Counting())
    (file,) = (tmp_path / "replies").glob("*/*.json")
    assert file.stat().st_mode & 0o077 == 0
    file.write_text('{"text": "rep')
    await asked(tmp_path, model := Counting())
    assert len(model.asked) == 1
