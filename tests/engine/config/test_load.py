"""The command line, and what it comes to."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from engine.agents.loop import Loop
from engine.agents.replay import Replay
from engine.errors import Refused
from engine.models.anthropic import Anthropic
from engine.models.litellm import LiteLLM
from engine.models.scripted import Scripted
from tests.engine.config.composing import MINE, composed, my_evals, planned


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return my_evals(tmp_path / "my_evals")


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("agent.model=sonnet", "agent.model.id", "claude-sonnet-5-5"),
        ("judge.model=opus", "judge.model.id", "claude-opus-5-5"),
        ("agent.model.max_tokens=4000", "agent.model.max_tokens", 4000),
        ("agent.model.base_url=http://127.0.0.1:1", "agent.model.base_url", "http://127.0.0.1:1"),
        ("agent.model=openai/gpt-5", "agent.model.id", "openai/gpt-5"),
        ("judge.model=ollama/llama3:8b", "judge.model.id", "ollama/llama3:8b"),
        ("runs=10", "runs", 10),
        ("concurrency=1", "concurrency", 1),
        ("verbose=true", "verbose", True),
        ("fail_under=0.3", "fail_under", 0.3),
        ("threshold.points=5", "threshold.points", 5.0),
        ("task.limits.turns=5", "task.limits.turns", 5),
        ("task.prompt=explicit", "task.prompt", "explicit"),
        ("task.prompts.default.biology=false", "task.prompts.default.biology", False),
        ("rubric.criteria.surprise_gate.points=2", "rubric.criteria.surprise_gate.points", 2),
        ("+rubric.criteria.docs={claim: yes indeed, points: 1}", "rubric.criteria.docs.claim", "yes indeed"),
        ("rubric.criteria.docs={claim: yes indeed}", "rubric.criteria.docs.claim", "yes indeed"),
        ("judge.samples=3", "judge.samples", 3),
        ("judge.criteria_per_call=all", "judge.criteria_per_call", "all"),
        ("grading=judge", "grading.probe", False),
        ("agent=replay", "agent.source", None),
    ],
)
def test_what_can_be_said(override, key, value):
    """Each form of an override changes just what it names."""
    found = composed(override, "sandbox=subprocess")
    for part in key.split("."):
        found = found[part]
    assert found == value


def test_roles_have_models_of_their_own():
    """The judge's choice leaves the agent's alone."""
    found = composed("agent.model=haiku", "judge.model=opus", "sandbox=subprocess")
    assert (found["agent"]["model"]["id"], found["judge"]["model"]["id"]) == (
        "claude-haiku-5-5",
        "claude-opus-5-5",
    )


def test_a_criterion_can_be_removed():
    assert (
        "recurrent_update"
        not in composed("~rubric.criteria.recurrent_update", "sandbox=subprocess")["rubric"]["criteria"]
    )


def test_a_task_of_ones_own(own):
    """One YAML, one rubric, one folder, no code: everything of the plan comes from there."""
    plan = planned(*MINE, own=own)
    assert plan.task.name == "mine"
    assert plan.prompt == "Write a poem of four lines and hand in poem.txt.\nstart.txt: Roses are red\n"
    assert list(plan.rubric.criteria) == ["lines", "rhyme"]
    assert (plan.rubric.gates["text"].failure, plan.rubric.criteria["rhyme"].points) == (
        "invalid_submission",
        2.0,
    )
    assert plan.threshold.points == 3.0
    assert plan.probes.names() == ("lines",)
    assert isinstance(plan.agent, Replay)
    assert [item.name for item in plan.agent.items] == ["good.txt", "short.txt"]


def test_a_model_of_ones_own(own, monkeypatch):
    """It is an option of both roles and may extend one of ours."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not a real one")
    plan = planned("task=mine", "agent.model=tiny", *MINE[3:], own=own)
    assert plan.models["agent.model"].id == "claude-tiny"


def test_a_replay_has_no_model(own):
    """So no key is asked for, and none is in the records."""
    plan = planned(*MINE, own=own)
    assert plan.models == {}
    assert plan.judge is None


@pytest.mark.parametrize(
    ("model", "kind"), [("haiku", Anthropic), ("openai/gpt-5", LiteLLM), ("scripted", Scripted)]
)
def test_models_are_built(own, model, kind, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not a real one")
    monkeypatch.setenv("OPENAI_API_KEY", "not a real one")
    plan = planned("task=mine", f"agent.model={model}", "grading=both", "sandbox=subprocess", own=own)
    assert isinstance(plan.agent, Loop)
    assert isinstance(plan.models["agent.model"], kind)
    assert plan.agent.model is plan.models["agent.model"]
    assert plan.judge is not None
    assert plan.judge.model is plan.models["judge.model"]


@pytest.mark.parametrize(
    ("agent", "grading", "role"), [("loop", "probe", "agent"), ("replay", "judge", "judge")]
)
def test_a_key_is_asked_for_by_who_is_used(own, agent, grading, role, monkeypatch):
    """The message says which variable, and how to try without one."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Refused, match=rf"{role}.model.*ANTHROPIC_API_KEY.*agent=replay grading=probe"):
        planned("task=mine", f"agent={agent}", f"grading={grading}", "sandbox=subprocess", own=own)


def test_the_kept_config_is_whole_and_has_no_secrets(own, monkeypatch):
    """It is resolved, can be read back, and neither keys nor values of secret variables are in it."""
    monkeypatch.setenv("MY_API_KEY", "swordfish-swordfish")
    said = (
        *MINE,
        "judge.model=openai/gpt-5",
        "+judge.model.extra.user=${oc.env:MY_API_KEY}",
        "judge.model.api_key=sesame",
    )
    plan = planned(*said, own=own)
    assert "swordfish" not in plan.config + "".join(plan.overrides)
    assert "sesame" not in plan.config + "".join(plan.overrides)
    kept = yaml.safe_load(plan.config)
    assert kept["task"]["name"] == "mine"
    assert kept["judge"]["model"]["api_key"] == "***"
    assert "judge.model.api_key=***" in plan.overrides


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("+rubric.criteria.docs={points: 1}", r"rubric\.criteria\.docs: this has no claim"),
        ("rubric.criteria.lins.points=2", r"rubric\.criteria\.lins: .* Did you mean lines\?"),
        ("+rubric.criteria.docs={claim: x, ponts: 1}", r"docs\.ponts: .* Did you mean points\?"),
        ("rubric.criteria.lines.points=many", r"rubric\.criteria\.lines\.points: many is not a number"),
        ("rubric.criteria.lines=7", r"rubric\.criteria\.lines: this must be a mapping with claim, probe"),
        ("rubric.criteria.lines.claim=${nothing}", r"rubric\.criteria\.lines\.claim: .*nothing"),
        ("agent.sauce=x", r"agent\.sauce: Replay takes no such key\. Did you mean source\?"),
        (
            "toolkit.submit._target_=os.system",
            r"toolkit\.submit\._target_=os\.system: .*engine, toolkits, sandbox",
        ),
        ("toolkit.submit=7", r"toolkit\.submit: this must be a mapping with a _target_"),
    ],
)
def test_what_types_do_not_hold_is_checked_after_composing(own, override, message):
    with pytest.raises(Refused, match=message):
        planned(*MINE, override, own=own)


@pytest.mark.parametrize(("said", "runs"), [((), 2), (("agent.source=good",), 1), (("runs=5",), 5)])
def test_a_replay_is_run_once_for_each_item(own, said, runs):
    """Unless said otherwise; the kept config says how many it came to."""
    plan = planned(*MINE, *said, own=own)
    assert (plan.runs, yaml.safe_load(plan.config)["runs"]) == (runs, runs)


def test_a_model_is_run_once(own):
    """What costs money is asked for."""
    assert planned("task=mine", "agent.model=scripted", "judge.model=scripted", *MINE[3:], own=own).runs == 1


def test_a_fault_of_the_rubric_names_its_file(own):
    """The file that was chosen, wherever it lies."""
    with pytest.raises(Refused, match=rf"points=-1: .*\(rubric: {own}/rubric/mine.yaml\)"):
        planned(*MINE, "rubric.criteria.lines.points=-1", own=own)


def test_a_reader_is_built_for_those_who_call_tools(own, monkeypatch):
    """A replay needs neither the model nor its key."""
    words = ("task=mine", "reader.model=haiku")
    assert (
        "reader.model"
        not in planned(*words, "agent=replay", "grading=probe", "sandbox=subprocess", own=own).models
    )
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Refused, match=r"^reader\.model: .*ANTHROPIC_API_KEY"):
        planned(*words, "agent.model=scripted", "grading=probe", "sandbox=subprocess", own=own)


def test_a_reference_that_is_not_there(own):
    """It is a file in the task's folder."""
    with pytest.raises(Refused, match=r"^task.reference=no.md: this cannot be read: .*no.md"):
        planned(
            "task=mine",
            "task.reference=no.md",
            "agent=replay",
            "grading=probe",
            "sandbox=subprocess",
            own=own,
        )
    plan = planned(
        "task=mine",
        "task.reference=specimens/good.txt",
        "agent=replay",
        "grading=probe",
        "sandbox=subprocess",
        own=own,
    )
    assert plan.reference == "a\nb\nc\nd\n"


def test_a_measure_needs_a_file(own):
    """One that defines `measure`, or the plan is refused."""
    words = ("task=mine", "+rubric.measures.m={probe: lines}", "agent=replay", "grading=probe")
    with pytest.raises(Refused, match=r"^rubric.measures.m.probe=lines: .*no attribute 'measure'"):
        planned(*words, own=own)


PANEL = ("task=mine", "agent=replay", "grading=judge", "judge=panel", "sandbox=subprocess")


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ((), ["opus", "sonnet", "haiku"]),
        (("~judge.panel.opus",), ["sonnet", "haiku"]),
        (("judge.panel.opus=null",), ["sonnet", "haiku"]),
        (("+model@judge.panel.more=scripted",), ["opus", "sonnet", "haiku", "more"]),
    ],
)
def test_a_panel_of_judges(own, monkeypatch, said, members):
    """Its models are in use by their keys, and there is no single one; members come and go."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not a real one")
    plan = planned(*PANEL, *said, own=own)
    assert list(plan.models) == [f"judge.panel.{name}" for name in members]
    assert plan.judge is not None
    assert (plan.judge.model, list(plan.judge.panel)) == (None, members)


def test_a_member_of_a_panel_is_changed_like_any_model(own, monkeypatch):
    """By its key, or for another model."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not a real one")
    words = ("judge.panel.opus.max_tokens=20000", "model@judge.panel.sonnet=scripted")
    panel = planned(*PANEL, *words, own=own).judge.panel
    assert (panel["opus"].max_tokens, panel["sonnet"].id) == (20000, "scripted")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("judge.panel.opus=sonnet", r"^judge\.panel\.opus: this must be a mapping with a _target_"),
        ("judge.panel.opus.effort=much", r"^judge\.panel\.opus\.effort=much: this must be"),
        (
            "judge.panel.opus={_target_: engine.graders.judge.Judge}",
            r"^judge\.panel\.opus\._target_: Judge cannot stand here: it has no reply",
        ),
        ("judge.extended_thinking=1", r"^judge\.extended_thinking=1: this must be true or false"),
        ("judge.samples=many", r"^judge\.samples=many: this must be a whole number"),
    ],
)
def test_a_panel_that_cannot_be_built(own, monkeypatch, override, message):
    """By the key that is wrong."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not a real one")
    with pytest.raises(Refused, match=message):
        planned(*PANEL, override, own=own)
