"""An experiment as a log of Inspect AI."""

from __future__ import annotations

import json
import math
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator

from engine.past import Past
from engine.report.inspect import write_inspect
from tests.engine.report.test_runs import EVIL, REPLAYED, RUNS, experiment

PYTHON = os.environ.get("INSPECT_PYTHON")  # of an environment with inspect_ai, pandas and pyarrow
USAGE = {"input": 100, "output": 50, "cache_read": 7, "cache_write": 0, "cost": 0.01}


def call(role: str = "agent", model: str = "m", **said: Any) -> dict[str, Any]:
    nothing = {
        "thinking": "",
        "text": "",
        "calls": [],
        "stop": "end",
        "usage": USAGE,
        "seconds": 1,
        "messages": 1,
    }
    return {"event": "model_call", "role": role, "model": model, **nothing, **said}


LOOKS = {"id": "t1", "name": "look", "arguments": {"at": EVIL, "n": 10**30}}
EVENTS = [
    {"event": "run_started", "run": 0},
    call(text="Let me think.", thinking="hm"),
    call(calls=[LOOKS], stop="tools"),
    {"event": "tool_call", "id": "t1", "name": "look"},
    call("reader", "r", text="not said by the agent"),
    {"event": "tool_result", "id": "t1", "text": f"no such place: {EVIL}", "error": True},
    call(calls=[{"id": "t2", "name": "submit", "arguments": {"content": "x"}}], stop="tools"),
    call("judge", "j1", text="{}"),
    call("judge", "j2", text="{}"),
]


def transcript(folder: Path, run: int, *events: Mapping[str, Any]) -> None:
    file = folder / "transcripts" / f"{run:03d}.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(event) + "\n" for event in events) + '{"event": "to', encoding="utf-8")


@pytest.fixture
def past(tmp_path: Path) -> Past:
    past = experiment(tmp_path / "made", RUNS)
    transcript(past.folder, 0, *EVENTS)
    transcript(past.folder, 3, {"event": "error", "traceback": "Traceback: it broke"})
    return past


@pytest.fixture
def replayed(tmp_path: Path) -> Past:
    past = experiment(tmp_path / "replayed", REPLAYED)
    for name in ("a.py", "b/c.py"):
        file = past.folder / "submissions" / "000" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}")
    return past


def parts(log: Path) -> dict[str, Any]:
    with ZipFile(log) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def sample(log: Path, id: str = "toy-bears", epoch: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = parts(log)[f"samples/{id}_epoch_{epoch}.json"]
    return found


def of(required: str, **properties: Any) -> dict[str, Any]:
    """An object that has these keys, and of these no others; a key with * may be missing."""
    keys = {name.rstrip("*"): each for name, each in properties.items()}
    return {"type": "object", "required": required.split(), "properties": keys, "additionalProperties": False}


def maybe(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


# What inspect_ai 0.3.285 has in its models, as far as we write it.
TEXT, NUMBER, WHOLE, ANY = {"type": "string"}, {"type": "number"}, {"type": "integer"}, {"type": "object"}
ERROR = of("message traceback traceback_ansi", message=TEXT, traceback=TEXT, traceback_ansi=TEXT)
COUNTS = [
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "input_tokens_cache_write",
    "input_tokens_cache_read",
]
SPENT = {
    "type": "object",
    "additionalProperties": of("", **dict.fromkeys(COUNTS, WHOLE), total_cost=maybe(NUMBER)),
}
SCORE = of(
    "value",
    value={"type": ["string", "number"]},
    answer=maybe(TEXT),
    explanation=maybe(TEXT),
    reason=maybe(TEXT),
    metadata=maybe(ANY),
)
CALL = of("id function arguments", id=TEXT, function=TEXT, arguments=ANY)
CONTENT = {
    "anyOf": [
        of("type text", type={"const": "text"}, text=TEXT),
        of("type reasoning", type={"const": "reasoning"}, reasoning=TEXT),
    ]
}
MESSAGE = of(
    "role content",
    id=TEXT,
    role={"enum": ["user", "assistant", "tool"]},
    content={"anyOf": [TEXT, {"type": "array", "items": CONTENT}]},
    source={"enum": ["input", "generate"]},
    metadata=ANY,
    model=TEXT,
    tool_calls={"type": "array", "items": CALL},
    tool_call_id=TEXT,
    function=maybe(TEXT),
    error=maybe(of("type message", type={"const": "unknown"}, message=TEXT)),
)
STOP = {"enum": ["stop", "max_tokens", "model_length", "tool_calls", "content_filter", "unknown"]}
CHOICE = of("message", message=MESSAGE, stop_reason=STOP)
OUTPUT = of("", model=TEXT, choices={"type": "array", "items": CHOICE})
EVENT = of(
    "event timestamp working_start model input tools tool_choice config output",
    event={"const": "model"},
    timestamp=TEXT,
    working_start=NUMBER,
    model=TEXT,
    input={"type": "array", "items": MESSAGE},
    tools={"type": "array", "maxItems": 0},
    tool_choice={"const": "auto"},
    config=of(""),
    output=OUTPUT,
)
BOTH = {
    "id": TEXT,
    "epoch": {"type": "integer", "minimum": 1},
    "uuid": TEXT,
    "input": TEXT,
    "target": TEXT,
    "scores": maybe({"type": "object", "additionalProperties": SCORE}),
    "metadata": ANY,
    "model_usage": SPENT,
    "role_usage": SPENT,
    "started_at": TEXT,
    "completed_at": TEXT,
    "total_time": NUMBER,
}
SAMPLE = of(
    "id epoch input target",
    **BOTH,
    messages={"type": "array", "items": MESSAGE},
    output=OUTPUT,
    events={"type": "array", "items": EVENT},
    error=maybe(ERROR),
)
SUMMARY = of(
    "id epoch input target", **BOTH, error=maybe(TEXT), completed={"type": "boolean"}, message_count=WHOLE
)
METRIC = of("name value", name=TEXT, value=NUMBER)
RESULT = of(
    "name scorer metrics",
    name=TEXT,
    scorer=TEXT,
    scored_samples=WHOLE,
    unscored_samples=WHOLE,
    metrics={"type": "object", "additionalProperties": METRIC},
)
SPEC = of(
    "created task dataset model config",
    **dict.fromkeys(("eval_id", "run_id", "task_id", "created", "task", "solver", "model"), TEXT),
    task_description=maybe(TEXT),
    task_args=ANY,
    dataset=of(
        "", name=TEXT, samples=WHOLE, sample_ids={"type": "array", "items": TEXT}, shuffled={"const": False}
    ),
    model_roles=maybe({"type": "object", "additionalProperties": of("model", model=TEXT)}),
    config=of("", epochs=WHOLE, fail_on_error={"const": False}),
    metadata=ANY,
)
PLAN = of("", steps={"type": "array", "items": of("solver", solver=TEXT)})
START = {"version": {"const": 2}, "eval": SPEC, "plan": PLAN}
HEADER = of(
    "version eval",
    **START,
    status={"enum": ["success", "cancelled", "error"]},
    error=maybe(ERROR),
    results=of("", total_samples=WHOLE, completed_samples=WHOLE, scores={"type": "array", "items": RESULT}),
    stats=of("", started_at=TEXT, completed_at=TEXT, model_usage=SPENT, role_usage=SPENT),
)


def fits(data: Any, schema: Mapping[str, Any]) -> None:
    Draft202012Validator(schema).validate(data)


def test_it_has_the_fields_that_inspect_knows(past, replayed, tmp_path):
    """Every file of the log fits the fields of Inspect's models, and has no other."""
    for each in (past, replayed, experiment(tmp_path / "none", runs=5)):
        log = parts(write_inspect(each, tmp_path / "logs"))
        fits(log.pop("_journal/start.json"), of("version eval plan", **START))
        fits(log.pop("header.json"), HEADER)
        fits(log.pop("summaries.json"), {"type": "array", "items": SUMMARY})
        assert len(log) == len(each.records)
        for one in log.values():
            fits(one, SAMPLE)


def test_its_name(past, tmp_path):
    """Time, task and id, as Inspect splits it; written again it is the same file."""
    log = write_inspect(past, tmp_path / "logs")
    assert write_inspect(past, tmp_path / "logs") == log
    time, task, id = log.stem.split("_")
    assert (time, task, log.suffix) == ("2026-01-01T00-00-00+00-00", "toy", ".eval")
    assert parts(log)["header.json"]["eval"]["task_id"] == id
    assert list((tmp_path / "logs").iterdir()) == [log]


def test_a_task_cannot_lead_elsewhere(tmp_path):
    """Whatever a task is called, the log is in the folder."""
    past = experiment(tmp_path / "x", RUNS, task={"name": "../a_b"})
    log = write_inspect(past, tmp_path / "logs")
    assert log.parent == tmp_path / "logs"
    assert log.stem.split("_")[1] == "..-a-b"


def test_items_are_samples_and_their_runs_epochs(past, replayed, tmp_path):
    """Each replayed item is a sample; without items the task is one, of as many epochs as runs."""
    own, other = (write_inspect(each, tmp_path / "logs") for each in (past, replayed))
    keys = [(one["id"], one["epoch"]) for one in parts(other)["summaries.json"]]
    assert keys == [("strong", 1), ("weak", 1), ("strong", 2)]
    assert [one["epoch"] for one in parts(own)["summaries.json"]] == [1, 2, 3, 4, 5]
    spec = parts(other)["header.json"]["eval"]
    assert (spec["config"]["epochs"], spec["dataset"]["sample_ids"]) == (2, ["strong", "weak"])
    assert spec["model"] == "none/none"


def test_scores(past, tmp_path):
    """The share of the points, then each criterion: C, I or its number, with the grader's reason."""
    log = write_inspect(past, tmp_path / "logs")
    passed, failed = (sample(log, epoch=epoch)["scores"] for epoch in (1, 2))
    assert {id: score["value"] for id, score in passed.items()} == {
        "points": 0.85,
        "ready": "C",
        "a": "C",
        "value": 8,
    }
    assert {id: score["value"] for id, score in failed.items()} == {
        "points": 0.3,
        "ready": "C",
        "a": "I",
        "value": 2.5,
    }
    assert failed["a"]["explanation"] == "fail of a"
    assert failed["a"]["metadata"]["evidence"][0] == {"quote": "x = 1", "file": "answer.py", "line": 3}


def test_undecided_has_no_number(past, tmp_path):
    """It is NaN, which no mean counts, and says so."""
    scores = sample(write_inspect(past, tmp_path / "logs"), epoch=3)["scores"]
    assert math.isnan(scores["points"]["value"])
    assert math.isnan(scores["value"]["value"])
    assert (scores["points"]["reason"], scores["value"]["reason"]) == ("undecided", "unclear")
    assert scores["points"]["explanation"] == "hangs on value"


def test_a_void_run_is_an_error(past, tmp_path):
    """It has no scores, so it counts nowhere."""
    log = write_inspect(past, tmp_path / "logs")
    void = sample(log, epoch=4)
    assert void["scores"] is None
    assert (void["error"]["message"], void["error"]["traceback"]) == (
        "provider: overloaded",
        "Traceback: it broke",
    )
    assert [one["completed"] for one in parts(log)["summaries.json"]] == [True, True, True, False, True]


def test_what_was_said(past, tmp_path):
    """The agent's turns with their calls and what tools answered; the words of others are left out."""
    messages = sample(write_inspect(past, tmp_path / "logs"))["messages"]
    assert [message["role"] for message in messages] == [
        "user",
        "assistant",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    asked, thought, reminded, looked, answer, _ = messages
    assert (asked["content"], reminded["content"]) == ("Write a toy.", "Please submit.")
    assert thought["content"] == [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "text", "text": "Let me think."},
    ]
    assert looked["tool_calls"][0]["function"] == answer["function"] == "look"
    assert answer["tool_call_id"] == "t1"
    assert (
        answer["error"]["message"]
        == answer["content"]
        == f"no such place: {EVIL}".replace("\ud800", "⟦U+D800⟧")
    )


def test_the_prompt_where_it_is_known(tmp_path):
    """A transcript that has the prompt is believed; else the task's description stands for it."""
    past = experiment(tmp_path / "x", RUNS[:1])
    transcript(past.folder, 0, {"event": "run_started", "run": 0, "prompt": "Make a bear."}, call(text="No."))
    assert sample(write_inspect(past, tmp_path / "logs"))["input"] == "Make a bear."


def test_a_replayed_submission_is_shown(replayed, tmp_path):
    """Where no model spoke, what was handed in stands for what it would have said."""
    messages = sample(write_inspect(replayed, tmp_path / "logs"), "strong")["messages"]
    assert messages[1]["content"] == "--- a.py\n# a.py\n\n--- b/c.py\n# b/c.py"


def test_usage(past, tmp_path):
    """By role as it is kept, by model as it was called; those who used nothing are left out."""
    log = write_inspect(past, tmp_path / "logs")
    first, stats = sample(log), parts(log)["header.json"]["stats"]
    assert {model: used["total_tokens"] for model, used in first["model_usage"].items()} == {
        **{"m": 3 * 157, "r": 157, "j1": 157, "j2": 157}
    }
    assert set(first["role_usage"]) == {"agent", "judge"}
    assert stats["role_usage"]["agent"]["total_tokens"] == 5 * 150
    assert stats["model_usage"]["m"]["total_cost"] == pytest.approx(0.03)


def test_results(past, tmp_path):
    """Means over those that have a number, and the pass rate, which comes first."""
    results = parts(write_inspect(past, tmp_path / "logs"))["header.json"]["results"]
    assert (results["total_samples"], results["completed_samples"]) == (5, 4)
    points, _, a, value = results["scores"]
    assert {name: metric["value"] for name, metric in points["metrics"].items()} == {
        "pass_rate": pytest.approx(1 / 3),
        "mean": pytest.approx(1.15 / 3),
    }
    assert next(iter(points["metrics"])) == "pass_rate"
    assert (a["metrics"]["accuracy"]["value"], a["unscored_samples"]) == (pytest.approx(2 / 3), 0)
    assert (value["metrics"]["mean"]["value"], value["unscored_samples"]) == (5.25, 1)


@pytest.mark.parametrize(
    ("runs", "ended", "status"),
    [
        (5, "", "success"),
        (9, None, "cancelled"),
        ("auto", None, "success"),
        (9, "Interrupted", "cancelled"),
        (9, "Stopped, results cannot be written (full)", "error"),
    ],
)
def test_how_it_ended(tmp_path, runs, ended, status):
    """An experiment that was interrupted, or has fewer runs than were asked for, is no success."""
    past = experiment(tmp_path / "x", RUNS, runs=runs)
    if ended is not None:
        (past.folder / "summary.json").write_text(json.dumps({"ended_early": ended}))
    header = parts(write_inspect(past, tmp_path / "logs"))["header.json"]
    assert header["status"] == status
    assert (header["error"] is not None) == (status == "error")


def test_the_config_is_kept(past, tmp_path):
    """All of it, as it was resolved."""
    metadata = parts(write_inspect(past, tmp_path / "logs"))["_journal/start.json"]["eval"]["metadata"]
    assert metadata["config"] == past.config


READ = """
import json, sys
from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries
from inspect_ai.analysis import evals_df, messages_df, samples_df
paths = sys.argv[1:]
logs = [read_eval_log(path) for path in paths]
samples, evals = samples_df(paths, quiet=True), evals_df(paths, quiet=True)
print(json.dumps({
    "status": [log.status for log in logs],
    "samples": [
        [[one.id, one.epoch, one.error and one.error.message] for one in log.samples] for log in logs
    ],
    "listed": [len(read_eval_log_sample_summaries(path)) for path in paths],
    "scores": [{id: str(score.value) for id, score in (one.scores or {}).items()} for one in logs[0].samples],
    "roles": [message.role for message in logs[0].samples[0].messages],
    "tokens": logs[0].samples[0].model_usage["m"].total_tokens,
    "points": [None if value != value else value for value in samples.score_points.astype(float)],
    "errors": list(samples.error),
    "rates": list(evals.score_headline_value),
    "runs": list(samples.metadata_run),
    "said": list(messages_df(paths, quiet=True).role),
}, default=int))
"""


@pytest.mark.slow
@pytest.mark.skipif(not PYTHON, reason="INSPECT_PYTHON names no interpreter that has inspect_ai")
def test_inspect_reads_it(past, replayed, tmp_path):
    """Inspect's own reader and data frames find every run, with its scores."""
    logs = [str(write_inspect(each, tmp_path / "logs")) for each in (past, replayed)]
    done = subprocess.run([str(PYTHON), "-c", READ, *logs], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["status"] == ["success", "success"]
    voids = [None, None, None, "provider: overloaded", None]
    assert said["samples"][0] == [["toy-bears", epoch, error] for epoch, error in enumerate(voids, start=1)]
    assert said["samples"][1] == [["strong", 1, None], ["weak", 1, None], ["strong", 2, None]]
    assert said["listed"] == [5, 3]
    assert said["scores"][:4] == [
        {"points": "0.85", "ready": "C", "a": "C", "value": "8"},
        {"points": "0.3", "ready": "C", "a": "I", "value": "2.5"},
        {"points": "nan", "ready": "C", "a": "C", "value": "nan"},
        {},
    ]
    assert said["roles"] == ["user", "assistant", "user", "assistant", "tool", "assistant"]
    assert said["tokens"] == 3 * 157
    assert said["points"] == [0.85, 0.3, None, None, 0.0, 1.0, 1.0, 1.0]
    assert [error or "" for error in said["errors"]] == [*(error or "" for error in voids), "", "", ""]
    assert said["rates"] == [pytest.approx(1 / 3), 1.0]
    assert said["said"] == [*said["roles"], *["user"] * 4, "user", "assistant", "user", "user"]
    assert said["runs"] == [0, 1, 2, 3, 4, 0, 1, 2]
