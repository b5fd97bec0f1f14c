"""From a mapping with `_target_` to an actor."""

from __future__ import annotations

import pytest

from engine.agents.loop import Loop
from engine.agents.replay import Replay
from engine.config.actors import build
from engine.errors import Refused
from engine.graders.judge import Judge

SCRIPTED = {"_target_": "engine.models.scripted.Scripted", "replies": [{"text": "yes"}]}
LOOP = {"_target_": "engine.agents.loop.Loop", "model": SCRIPTED, "reminder": "Please."}
JUDGE = {"_target_": "engine.graders.judge.Judge", "model": SCRIPTED}


def test_actors_within_actors():
    agent = build(LOOP, "agent")
    assert isinstance(agent, Loop)
    assert agent.model.id == "scripted"


def test_what_is_offered_goes_where_it_is_taken(tmp_path):
    """A loop has no use for specimens; a replay has."""
    (tmp_path / "a.py").touch()
    offered = {"specimens": tmp_path, "submission": "x.py"}
    assert isinstance(build(LOOP, "agent", **offered), Loop)
    replay = build(
        {"_target_": "engine.agents.replay.Replay", "source": None, "model": None}, "agent", **offered
    )
    assert isinstance(replay, Replay)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("loop", r"agent: this must be a mapping with a _target_"),
        ({"model": SCRIPTED}, r"agent: this must be a mapping with a _target_"),
        ({**LOOP, "reminders": "x"}, r"agent\.reminders: Loop takes no such key\. Did you mean reminder\?"),
        (
            {**LOOP, "model": {**SCRIPTED, "secs": 1}},
            r"agent\.model\.secs: .*Accepted: replies, seconds, id\.",
        ),
        ({**LOOP, "reminder": 3}, r"agent\.reminder=3: this must be a text"),
        ({**LOOP, "reminder": "???"}, r"agent\.reminder: this is missing"),
        ({**LOOP, "model": {**SCRIPTED, "seconds": "long"}}, r"agent\.model\.seconds=long: .*a number"),
        (
            {**LOOP, "model": {**SCRIPTED, "replies": "yes"}},
            r"agent\.model\.replies=yes: this must be a list",
        ),
        ({**LOOP, "model": JUDGE}, r"agent\.model\._target_: Judge cannot stand here: it has no reply"),
        ({"_target_": "engine.agents.loop.Loop", "reminder": "x"}, r"agent\.model: this is missing"),
        (
            {"_target_": "os.system", "command": "ls"},
            r"agent\._target_=os\.system: .*engine, toolkits, sandbox",
        ),
        ({"_target_": "engine.tool.asyncio.run"}, r"agent\._target_=.*: "),
        ({"_target_": "engine.plan.Path"}, r"agent\._target_=engine\.plan\.Path: this is not a class of"),
        ({"_target_": "engine.agents.loop.Lop"}, r"there is no such class"),
        ({"_target_": "engine.agents.nothing.Loop"}, r"there is no such class"),
        ({"_target_": "Loop"}, r"agent\._target_=Loop"),
    ],
)
def test_faults(node, message):
    """Each names the key, and what would be accepted."""
    with pytest.raises(Refused, match=message):
        build(node, "agent")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"samples": True}, r"judge\.samples=True: this must be a whole number"),
        ({"criteria_per_call": "some"}, r"judge\.criteria_per_call=some: .*a whole number or 'all'"),
    ],
)
def test_types(said, message):
    """A value must suit the annotation, a truth value is no number, and a choice is one of its words."""
    with pytest.raises(Refused, match=message):
        build({**JUDGE, **said}, "judge")


@pytest.mark.parametrize("key", ["agent", "agent.model", "sandbox", "toolkit.submit"])
def test_an_actor_at_the_wrong_place(key):
    with pytest.raises(Refused, match=rf"{key}\._target_: Judge cannot stand here"):
        build(JUDGE, key)


def test_a_judge_may_be_told_all():
    assert isinstance(build({**JUDGE, "criteria_per_call": "all"}, "judge"), Judge)
