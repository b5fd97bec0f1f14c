"""The line of one run: whose fault is what, and that everything is kept."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest

from engine.agents.replay import Replay
from engine.errors import Void
from engine.folder import Folder
from engine.graders.judge import Judge
from engine.graders.probes import Probes
from engine.models.scripted import Scripted
from engine.record import Record
from engine.rubric import Criterion, Measure, Scale
from engine.run import run_once
from engine.threshold import Threshold
from tests.doubles import CODE, SUBMITS, Answering, NoSandbox, gate, plan, verdicts, write_probe
from tests.engine import scored
from toolkits.code import Shell
from toolkits.submit import Submit


async def one(this):
    folder = Folder(this.out)
    folder.create(this.documents())
    return await run_once(this, 0, folder, folder.transcript(0))


async def test_a_passing_run(tmp_path):
    """Agent and judge agree: a pass with points, usage by role, and the submission on disk."""
    record = await one(plan(tmp_path))
    assert (record.outcome, record.failure, record.score) == ("pass", None, 1.0)
    assert record.points == {"got": 3.0, "of": 3.0}
    assert record.verdicts["b"]["points"] == 2.0
    assert record.verdicts["b"]["by"] == "judge"
    assert record.usage["judge"]["output"] == 10
    assert record.usage["agent"]["output"] > 0
    assert (record.model, record.judge) == ("scripted", "answering")
    assert (tmp_path / "out/submissions/000/answer.py").read_text() == CODE


async def test_a_failing_run_says_why(tmp_path):
    """The failure is the threshold's word, and the reason says which criterion, why and where."""
    judge = Answering(verdicts(lambda id: {"verdict": "fail" if id == "a" else "pass"}))
    record = await one(plan(tmp_path, judge_model=judge))
    assert (record.outcome, record.failure) == ("fail", "below_threshold")
    assert record.reason == "got 2 of the 3 points needed; a: it stands there (answer.py:1)"
    assert record.score == pytest.approx(2 / 3)


async def test_no_submission_is_a_fail_without_a_judge(tmp_path):
    """An agent that hands in nothing fails, and no judge is paid."""
    judge = Answering(verdicts(lambda _: {}))
    record = await one(plan(tmp_path, agent_model=Scripted([{"text": "no"}]), judge_model=judge))
    assert (record.outcome, record.failure, record.verdicts) == ("fail", "no_submission", {})
    assert judge.asked == []


async def test_a_failed_gate_spares_the_judge(tmp_path):
    """No judge is paid for code that does not run."""
    write_probe(
        tmp_path / "probes", "runs", 'return {"execution": Verdict("fail", "boom", failure="timeout")}'
    )
    judge = Answering(verdicts(lambda _: {}))
    record = await one(plan(tmp_path, gates={"execution": gate("runs")}, judge_model=judge))
    assert (record.outcome, record.failure, list(record.verdicts)) == ("fail", "timeout", ["execution"])
    assert record.reason == "execution: boom"
    assert record.sandbox == "none (level 3)"
    assert judge.asked == []


def fails(kind):
    def answer(_):
        raise Void(kind, "it broke")

    return Answering(answer)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"agent_model": fails("provider")}, "provider"),
        ({"judge_model": fails("provider")}, "provider"),
        ({"judge_model": Answering(lambda _: "no JSON")}, "judge"),
    ],
)
async def test_our_failures_are_void(tmp_path, changes, kind):
    """A provider or a judge in trouble is never a fail, and never scored."""
    record = await one(plan(tmp_path, **changes))
    assert (record.outcome, record.failure, record.score) == ("void", kind, None)


@pytest.mark.parametrize(
    ("body", "kind"), [('raise SandboxError("no room")', "sandbox"), ("return 1 / 0", "probe")]
)
async def test_a_broken_gate_is_void(tmp_path, body, kind):
    """A sandbox that fails or a probe with a bug says nothing of the agent."""
    write_probe(tmp_path / "probes", "runs", body)
    record = await one(plan(tmp_path, gates={"execution": gate("runs")}))
    assert (record.outcome, record.failure) == ("void", kind)


async def test_a_gate_names_its_failure(tmp_path):
    """Where the probe has no better word, the run is called what the gate says."""
    write_probe(tmp_path / "probes", "runs", 'return {"execution": Verdict("fail", "boom")}')
    record = await one(plan(tmp_path, gates={"execution": gate("runs")}))
    assert record.failure == "runtime_error"


async def test_what_no_file_can_hold_costs_one_run(tmp_path):
    """Half a surrogate pair in a submission or a reason is kept, or fails that run, and nothing else."""
    lone = Scripted([{"calls": [{"name": "submit", "arguments": {"content": "x = '\ud800'"}}]}])
    record = await one(plan(tmp_path, agent_model=lone))
    assert (record.outcome, record.failure) == ("fail", "invalid_submission")
    write_probe(tmp_path / "probes", "runs", 'return {"execution": Verdict("fail", "\\ud800")}')
    this = plan(tmp_path / "b", gates={"execution": gate("runs")}, probes=Probes(tmp_path / "probes"))
    folder = Folder(this.out)
    folder.create({})
    folder.append(await run_once(this, 0, folder, folder.transcript(0)))
    assert folder.records()[0].reason == "execution: \ud800"


async def test_a_bug_of_ours_is_void_with_its_traceback_kept(tmp_path):
    """An exception that nobody foresaw costs one run, and can be looked up."""
    record = await one(plan(tmp_path, agent_model=Answering(lambda _: 1 / 0)))
    assert (record.outcome, record.failure) == ("void", "engine")
    events = [json.loads(line) for line in (tmp_path / "out/transcripts/000.jsonl").read_text().splitlines()]
    assert "ZeroDivisionError" in next(event for event in events if event["event"] == "error")["traceback"]


async def test_both_graders_and_their_contradiction(tmp_path):
    """Probe and judge decide together; where they contradict each other the run is undecided."""
    write_probe(tmp_path / "probes", "look", 'return {"a": Verdict("pass", ""), "b": Verdict("fail", "")}')
    criteria = {id: Criterion(f"it is {id}", 1, probe="look") for id in "ab"}
    record = await one(plan(tmp_path, criteria=criteria, use_probes=True))
    assert {id: verdict["verdict"] for id, verdict in record.verdicts.items()} == {
        "a": "pass",
        "b": "unclear",
    }
    assert record.outcome == "undecided"
    assert record.reason.startswith("hangs on b: probe:look says fail")


async def test_without_a_judge_a_criterion_without_probe_is_unclear(tmp_path):
    """grading=probe never guesses what only a judge could say."""
    write_probe(tmp_path / "probes", "look", 'return {"a": Verdict("pass", "")}')
    criteria = {"a": Criterion("it is a", 1, probe="look"), "b": Criterion("it is b", 1)}
    record = await one(plan(tmp_path, criteria=criteria, use_probes=True, judge=None, models={}))
    assert record.verdicts["b"]["verdict"] == "unclear"
    assert record.outcome == "undecided"
    assert record.judge is None


async def test_a_replay_keeps_its_source(tmp_path):
    """The same road for existing files: the record says which item it was, and no model."""
    (tmp_path / "specimens").mkdir()
    (tmp_path / "specimens/old.py").write_text(CODE)
    judge = Answering(verdicts(lambda _: {}))
    agent = Replay(None, tmp_path / "specimens", "answer.py")
    record = await one(plan(tmp_path, agent, judge=Judge(judge), models={"judge.model": judge}))
    assert (record.source, record.model, record.outcome) == ("old", None, "pass")


async def test_one_grader_failing_does_not_cut_off_the_other(tmp_path):
    """When the probe's sandbox breaks, what the judge is being paid for is kept for another try."""
    write_probe(tmp_path / "probes", "look", 'raise SandboxError("no")')
    judge = Answering(verdicts(lambda _: {}), seconds=0.2)
    criteria = {id: Criterion(f"it is {id}", 1, probe="look") for id in "ab"}
    record = await one(plan(tmp_path, criteria=criteria, use_probes=True, judge_model=judge))
    assert record.failure == "sandbox"
    assert record.usage["judge"]["output"] == 5 * len(judge.asked) > 0


async def test_the_transcript_tells_the_whole_run(tmp_path):
    """From start to end, each step in order."""
    await one(plan(tmp_path, agent_model=Scripted(SUBMITS)))
    lines = (tmp_path / "out/transcripts/000.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    events = [event["event"] for event in told]
    assert (told[0]["run"], told[0]["prompt"]) == (0, plan(tmp_path).prompt)
    assert told[0]["prompt"].strip()
    assert events == [
        "run_started", "model_call", "model_call", "tool_call", "submitted",
        "model_call", "model_call", "verdict", "verdict", "run_ended",
    ]  # fmt: skip


class Watched(NoSandbox):
    """A sandbox that keeps what happened in it; its jobs answer whatever they are asked."""

    def __init__(self):
        self.events = []

    @asynccontextmanager
    async def open(self, job):
        self.events.append(f"opened with {sorted(name for name in job.files if name.startswith('work/'))}")
        yield self
        self.events.append("closed")

    async def send(self, frame):
        self.events.append("asked")

    async def receive(self, most):
        return b'{"text": "done"}'


TRIES = [{"calls": [{"name": "bash", "arguments": {"command": "ls"}}]}, *SUBMITS]


@pytest.mark.parametrize(
    ("replies", "last"), [(TRIES, "graded"), ([TRIES[0], {"text": "no"}], "closed")], ids=["submits", "fails"]
)
async def test_the_workspace_is_gone_before_grading(tmp_path, replies, last):
    """An attempt has one, with the task's files, and however it ends, that is closed."""
    write_probe(tmp_path / "probes", "runs", 'attempt.sandbox.events.append("graded"); return {}')
    sandbox = Watched()
    tools = {"submit": Submit(), "bash": Shell()}
    given = {"model.py": "x = 1"}
    agent = Scripted(replies)
    record = await one(
        plan(
            tmp_path, agent_model=agent, sandbox=sandbox, tools=tools, given=given, gates={"a2": gate("runs")}
        )
    )
    assert record.sandbox == "none (level 3)"
    assert sandbox.events[:3] == ["opened with ['work/model.py']", "asked", "closed"]
    assert sandbox.events[-1] == last


async def test_measures_are_in_the_record(tmp_path):
    """They change no outcome, and a line of before they were there can still be read."""
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes/count.py").write_text(
        "async def measure(submission, attempt):\n    return {'n': 7}\n"
    )
    record = await one(plan(tmp_path, measures={"length": Measure("count")}))
    assert (record.outcome, record.measures) == ("pass", {"length": {"n": 7}})
    line = json.loads(record.line())
    del line["measures"]
    assert Record.parse(json.dumps(line).encode()).measures == {}


async def test_votes_of_samples_are_kept(tmp_path):
    """Who asked three times can read how each criterion was voted on."""
    here = plan(tmp_path, judge=Judge(Answering(verdicts(lambda _: {})), samples=3))
    record = await one(here)
    assert (record.outcome, json.loads(record.line())["verdicts"]["a"]["votes"]) == ("pass", {"pass": 3})


async def test_a_record_that_cannot_be_kept(tmp_path):
    """The verdict of an author's probe with a score that is no number: void, and the submission is there."""
    write_probe(tmp_path / "probes", "odd", 'return {"a": Verdict("pass", "so", score=float("nan"))}')
    criteria = {"a": Criterion("it is a", 1.0, probe="odd"), "b": Criterion("it is b", 2.0)}
    record = await one(plan(tmp_path, criteria=criteria, use_probes=True))
    assert (record.outcome, record.failure, record.verdicts) == ("void", "engine", {})
    assert record.reason.startswith("its record cannot be kept: Out of range float values")
    assert (record.problem(), bool(record.digest)) == ("", True)


def ideas_of(tmp_path, score, text=None, need=6.5, **options):
    """A run on ideas, with a judge that gives these scores."""
    content = scored.document().files["ideas.json"] if text is None else text
    model = Answering(scored.scoring(score))
    return plan(
        tmp_path,
        agent_model=Scripted([{"calls": [{"name": "submit", "arguments": {"content": content}}]}]),
        judge_model=model,
        judge=Judge(model, criteria_per_call="all", **options),
        rubric=scored.RUBRIC,
        task=scored.TASK,
        threshold=Threshold(points=need),
    )


SCORES = {
    "Warm caches": {"value": 9, "newness": 6},  # 0.6 * 9 + 0.4 * 6 = 7.8
    "Cold starts": {"value": 6, "newness": 3},  # 0.6 * 6 + 0.4 * 3 = 4.8
    "Lukewarm tea": {"value": 9, "newness": 6},  # 7.8 again
}


async def test_a_scored_run_is_kept_whole(tmp_path):
    """Scores of 8 and 5 on average are 0.6 * 8 + 0.4 * 5 = 6.8 points: their band, and each item's own."""
    record = await one(ideas_of(tmp_path, lambda title, id: SCORES[title][id], samples=2))
    assert (record.outcome, record.band, record.score) == ("pass", "GOOD", 0.68)
    assert record.points == {"got": 6.8, "of": 10.0}
    assert {id: verdict["points"] for id, verdict in record.verdicts.items()} == {
        "value": 4.8,
        "newness": 2.0,
    }
    assert [(item["title"], item["points"]) for item in record.items] == [
        ("Warm caches", 7.8),
        ("Cold starts", 4.8),
        ("Lukewarm tea", 7.8),
    ]
    assert record.items[1]["scores"] == SCORES["Cold starts"]
    assert record.samples == {
        "points": [6.8, 6.8],
        "spread": 0,
        "bands": ["GOOD", "GOOD"],
        "stability": 1,
    }
    assert [each["by"] for each in record.assessments] == ["answering"] * 2
    assert {each["ranking"][-1] for each in record.assessments} == {"Cold starts"}
    kept = json.loads(record.line())
    assert kept["verdicts"]["value"]["items"][0]["remarks"] == {"risks": ["Warm caches is late"]}
    assert Record.parse(record.line()).items == kept["items"]


async def test_a_scored_run_below_the_threshold(tmp_path):
    """It says how far, and what was lowest."""
    record = await one(ideas_of(tmp_path, lambda *_: 3))
    assert (record.outcome, record.failure, record.band) == ("fail", "below_threshold", "POOR")
    assert record.reason.startswith(
        "got 3 of the 6.5 points needed; value: 3 on average; lowest, 3, Warm caches: so"
    )
    assert record.samples == {}


async def test_items_that_are_missing_are_the_agents_failure(tmp_path):
    """The run failed, nothing was scored, and no judge was paid."""
    this = ideas_of(tmp_path, lambda *_: 9, text='{"ideas": []}')
    record = await one(this)
    assert (record.outcome, record.failure, record.band, record.items) == (
        "fail",
        "invalid_submission",
        None,
        [],
    )
    assert record.reason == "ideas.json: 0 ideas, not 2 to 4"
    assert this.judge.model.asked == []


async def test_a_judge_of_items_that_cannot_answer_gives_no_score(tmp_path):
    """The run is void, never a zero."""
    this = ideas_of(tmp_path, lambda *_: 11)
    record = await one(this)
    assert (record.outcome, record.failure, record.score, record.band) == ("void", "judge", None, None)
    assert record.verdicts == {}


async def test_a_score_needs_a_judge(tmp_path):
    """Where only probes grade, a scored criterion is open and says why."""
    write_probe(tmp_path / "probes", "lines", 'return {"a": Verdict("pass", "so it is")}')
    scale = Scale(1, 10)
    criteria = {"a": Criterion("it is a", probe="lines"), "b": Criterion("it is b", 2.0, scale=scale)}
    record = await one(plan(tmp_path, criteria=criteria, judge=None, use_probes=True, models={}))
    assert (record.outcome, record.reason) == (
        "undecided",
        "hangs on b: a score needs a judge (grading=both)",
    )
    assert record.points == {"got": 1.2, "of": 3.0}  # 1 and 2 * 1/10
