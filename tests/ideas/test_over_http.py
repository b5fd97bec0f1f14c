"""The task over the loopback Messages API: an agent reads and proposes, a judge thinks and scores."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.double import Respond
from tests.servers.messages import MessagesServer
from tests.servers.replies import call, text, thinking
from tests.servers.scripts import either, scoring

ROOT = Path(__file__).parents[2]
SPECIMENS = ROOT / "conf/task/ideas/specimens"
TOPICS = ("memory", "rl", "robotics", "all")
CRITERIA = ("business_viability", "potential_upside", "likelihood_of_success", "novelty")
SCORES = ((9, 8, 7, 6), (7, 6, 8, 5), (5, 7, 6, 8), (4, 5, 3, 9), (8, 9, 9, 7))  # by idea, then criterion
# By hand, with the weights 0.30, 0.25, 0.30 and 0.15; the first is 2.7 + 2.0 + 2.1 + 0.9.
POINTS = (7.7, 6.75, 6.25, 4.7, 8.4)
MEANS = {3: 6.9, 4: 6.35, 5: 6.76}  # of so many ideas: 20.7 / 3, 25.4 / 4, 33.8 / 5
BANDS = {3: "GOOD", 4: "MEDIOCRE", 5: "GOOD"}
THOUGHT = "Nobody but me should ever read this thought."
EXTENDED = {
    "sonnet": {"thinking": {"type": "adaptive"}, "effort": "high"},
    "sonnet-4-5": {"thinking": {"type": "enabled", "budget_tokens": 10_000}, "effort": None},
}


def reference(topic: str) -> dict[str, Any]:
    return json.loads((SPECIMENS / topic / "reference.json").read_text(encoding="utf-8"))


IDEAS = {idea["title"]: at for topic in TOPICS for at, idea in enumerate(reference(topic)["ideas"])}


def score(title: str, criterion: str) -> int:
    return SCORES[IDEAS[title]][CRITERIA.index(criterion)]


def proposing(body: dict[str, Any]) -> Any:
    """Reads a review, looks a paper up, and hands in the reference of the topic that the prompt speaks of."""
    prompt = body["messages"][0]["content"][0]["text"]
    topic = next(topic for topic, words in SUBJECTS.items() if f"**{words}**" in prompt)
    turn = sum(message["role"] == "assistant" for message in body["messages"])
    thought = [thinking(THOUGHT)] if body.get("thinking") else []
    read = call("get_all_literature", {}) if topic == "all" else call("get_literature", {"topic": topic})
    acts = (read, call("web_search", {"query": "memory"}), call("submit_ideas", reference(topic)))
    return [*thought, text("Next."), acts[turn]]


SUBJECTS = {
    topic: re.search(r"subject: (.*)", (ROOT / f"conf/topic/{topic}.yaml").read_text())[1] for topic in TOPICS
}


def command(words: str) -> list[str]:
    return [sys.executable, "-m", "engine", *words.split()]


def engine(server: MessagesServer, cwd: Path, *overrides: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "80",
        "XDG_CACHE_HOME": str(cwd / ".cache"),
        "ANTHROPIC_API_KEY": "sk-local", "ANTHROPIC_BASE_URL": server.url,
    }  # fmt: skip
    return subprocess.run(
        command(" ".join(overrides)), check=False, env=environment, cwd=cwd, capture_output=True, text=True
    )


def judged(server: MessagesServer) -> list[dict[str, Any]]:
    """The requests to the judge."""
    bodies = [received.body for received in server.requests]
    return [body for body in bodies if (body.get("output_config") or {}).get("format")]


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "runs.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("model", EXTENDED)
def test_every_topic_in_both_forms_of_thinking(tmp_path: Path, model: str) -> None:
    """What is stored equals a calculation by hand, and thoughts are in no submission."""
    with MessagesServer(either(proposing, scoring(score))) as server:
        done = engine(
            server, tmp_path, "-m", "task=ideas", "topic=memory,rl,robotics,all", f"judge.model={model}"
        )
    assert server.invalid == []
    assert done.returncode == 0, done.stdout + done.stderr
    folders = sorted((tmp_path / "out").rglob("runs.jsonl"))
    assert len(folders) == len(TOPICS)
    for folder in folders:
        (record,) = records(folder.parent)
        submission = (folder.parent / "submissions/000/ideas.json").read_text(encoding="utf-8")
        _check(record, json.loads(submission))
        assert THOUGHT not in submission
        assert THOUGHT in (folder.parent / "transcripts/000.jsonl").read_text(encoding="utf-8")
    for body in judged(server):
        assert body["thinking"] == EXTENDED[model]["thinking"]
        assert body["output_config"].get("effort") == EXTENDED[model]["effort"]
        assert body["max_tokens"] == 32_000
    assert THOUGHT not in json.dumps(judged(server))


def _check(record: dict[str, Any], submission: dict[str, Any]) -> None:
    count = len(submission["ideas"])
    titles = [idea["title"] for idea in submission["ideas"]]
    assert [item["title"] for item in record["items"]] == titles
    assert [item["points"] for item in record["items"]] == pytest.approx(POINTS[:count])
    assert [tuple(item["scores"].values()) for item in record["items"]] == list(SCORES[:count])
    assert record["points"]["got"] == pytest.approx(MEANS[count])
    assert record["score"] == pytest.approx(MEANS[count] / 10)
    assert record["band"] == BANDS[count]
    assert record["outcome"] == ("pass" if BANDS[count] == "GOOD" else "fail")
    for at, criterion in enumerate(CRITERIA):
        mean = sum(row[at] for row in SCORES[:count]) / count
        assert record["verdicts"][criterion]["score"] == pytest.approx(mean)
        assert record["verdicts"][criterion]["verdict"] == ("pass" if mean >= 6.5 else "fail")
    best = sorted(titles, key=lambda title: -POINTS[IDEAS[title]])
    assert record["assessments"][0]["ranking"] == best


@pytest.mark.slow
def test_a_sweep_ends_with_one_table(tmp_path: Path) -> None:
    """A row for each topic, and one page; each sample saw the ideas in another order."""
    with MessagesServer(either(proposing, scoring(score))) as server:
        done = engine(server, tmp_path, "-m", "task=ideas", "topic=memory,rl,robotics", "judge.samples=3")
    assert server.invalid == []
    *table, last = done.stdout[done.stdout.rindex("topic ") :].splitlines()
    assert Path(last.removeprefix("All of them in ")).is_file()
    assert [line.split()[0] for line in table if line.strip()] == ["topic", "memory", "rl", "robotics"]
    assert all("6.9/10" in line and "1 GOOD" in line for line in table[1:4])
    assert all(len(line) <= 80 for line in table)
    for folder in (tmp_path / "out").rglob("runs.jsonl"):
        (record,) = records(folder.parent)
        assert record["samples"] == {
            "points": pytest.approx([6.9] * 3), "spread": 0.0, "bands": ["GOOD"] * 3, "stability": 1.0
        }  # fmt: skip
        assert len({tuple(said["order"]) for said in record["assessments"]}) == 3


def test_what_does_not_fit_is_told_once(tmp_path: Path) -> None:
    """Two ideas are refused with a reason, then handed in as they are, and fail the gate."""
    two = {"ideas": reference("memory")["ideas"][:2]}

    def stubborn(body: dict[str, Any]) -> Any:
        return [text("Two will do."), call("submit_ideas", two)]

    with MessagesServer(either(stubborn, _never)) as server:
        done = engine(server, tmp_path, "task=ideas", "topic=memory", "agent.model=haiku-4-5", "out=here")
    assert server.invalid == []
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = records(tmp_path / "here")
    assert (record["outcome"], record["failure"]) == ("fail", "invalid_submission")
    assert record["usage"]["judge"]["output"] == 0
    told = [received.body["messages"][-1] for received in server.requests[1:]]
    assert len(told) == 1
    assert "ideas: this breaks the rule minItems 3" in json.dumps(told)
    assert json.loads((tmp_path / "here/submissions/000/ideas.json").read_text(encoding="utf-8")) == two


def _never(body: dict[str, Any]) -> Any:
    raise AssertionError("no judge is asked where a gate has failed")


def _spoilt(change: str) -> Respond:
    def spoil(said: dict[str, Any]) -> None:
        match change:
            case "a missing idea":
                said["items"].pop()
            case "an eleventh point":
                said["items"][0]["answers"][0]["score"] = 11
            case "swapped names":
                one, other = said["items"][:2]
                one["title"], other["title"] = other["title"], one["title"]
            case "a ranking against its scores":
                said["ranking"].reverse()
                said["best"]["item"], said["worst"]["item"] = said["ranking"][0], said["ranking"][-1]

    return scoring(score, spoil)


@pytest.mark.slow
@pytest.mark.parametrize(
    "change", ["a missing idea", "an eleventh point", "swapped names", "a ranking against its scores"]
)
def test_a_judge_that_cannot_be_used_is_void(tmp_path: Path, change: str) -> None:
    """It is asked again, with the reason; then the run is void, and nowhere is there a zero."""
    with MessagesServer(either(proposing, _spoilt(change))) as server:
        done = engine(
            server,
            tmp_path,
            "task=ideas",
            "topic=memory",
            "agent=replay",
            "agent.source=reference",
            "out=here",
        )
    assert server.invalid == []
    assert done.returncode == 3, done.stdout + done.stderr
    (record,) = records(tmp_path / "here")
    assert (record["outcome"], record["failure"], record["score"]) == ("void", "judge", None)
    assert record["items"] == []
    first, again, *_ = judged(server)
    assert len(first["messages"]) == 1
    assert "Answer again" in again["messages"][-1]["content"][-1]["text"]
