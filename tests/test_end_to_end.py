"""The command line against strict local servers: real clients over HTTP, a user's own task, many runs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.servers.chat import ChatServer
from tests.servers.messages import MessagesServer
from tests.servers.messages_rules import blocks_of
from tests.servers.replies import call, text
from tests.servers.scripts import deciding, either, submitting

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "conf/task/titans/specimens/reference.py"


def engine(*overrides: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One command, with no more of the environment than it needs."""
    return subprocess.run(
        command(*overrides),
        check=False,
        env=clean(cwd, **environment),
        cwd=cwd,
        capture_output=True,
        text=True,
    )


def command(*overrides: str) -> list[str]:
    return [sys.executable, "-m", "engine", *overrides]


def clean(cwd: Path, **environment: str) -> dict[str, str]:
    own = {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "XDG_CACHE_HOME": str(cwd / ".cache")}
    return {"PATH": os.environ["PATH"], **own, **environment}


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "runs.jsonl").read_text().splitlines()]


def judgement(shown: str, decide: str = "pass") -> str:
    """What a sound judge answers: the criteria asked for, each with the first line of code as a quote."""
    asked = re.findall(r"^(\w+): ", shown.rpartition("on this criterion alone:")[2], re.MULTILINE)[:1]
    number, line = re.search(r"^ *(\d+)\| (import .*)$", shown, re.MULTILINE).groups()
    name = re.search(r"^--- file 1: (.*)$", shown, re.MULTILINE)[1]
    evidence = [{"file": name, "line": int(number), "quote": line}]
    answers = [{"criterion": id, "evidence": evidence, "reason": "shown", "verdict": decide} for id in asked]
    return json.dumps({"control": "fail", "answers": answers})


def judge(body: dict[str, Any]) -> list[dict[str, Any]]:
    shown = "\n".join(block["text"] for block in body["messages"][0]["content"])
    return [text(judgement(shown))]


@pytest.fixture
def mine(tmp_path):
    """A user's own task: one YAML, one rubric, one asset folder, no code."""
    folder = tmp_path / "my_evals"
    (folder / "task/mine").mkdir(parents=True)
    (folder / "rubric").mkdir()
    (folder / "task/mine.yaml").write_text(
        "# @package _global_\n# Write a script that imports something\n"
        "defaults:\n  - override /rubric: mine\n"
        "task:\n  name: mine\n  description: imports\n  submission: answer.py\n"
    )
    (folder / "task/mine/prompt.md").write_text("Write a script that imports json.\n")
    (folder / "rubric/mine.yaml").write_text(
        "# Does it import\ncriteria:\n  imports:\n    claim: it imports a module\n"
        "  imports_json:\n    claim: it imports json\n    points: 2\n"
    )
    return folder


def test_a_users_task_over_the_messages_api(tmp_path, mine):
    """Agent and judge over the real SDK: ten records, every criterion graded, no invalid request."""
    with MessagesServer(either(submitting("import json\n"), judge)) as server:
        done = engine(
            "--config-dir", str(mine), "task=mine", "grading=judge", "agent.model=haiku",
            "judge.model=sonnet",
            "runs=10", "concurrency=10", "out=here",
            cwd=tmp_path, ANTHROPIC_API_KEY="sk-local", ANTHROPIC_BASE_URL=server.url,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.invalid == []
    found = records(tmp_path / "here")
    assert sorted(record["run"] for record in found) == list(range(10))
    assert {record["outcome"] for record in found} == {"pass"}
    assert found[0]["points"] == {"got": 3.0, "of": 3.0}
    assert found[0]["usage"]["agent"]["cost"] > 0
    assert found[0]["usage"]["judge"]["cache_read"] > 0
    assert "Pass rate 100%" in done.stdout
    lines = [
        line for line in done.stdout.splitlines() if not line.startswith("Kept in")
    ]  # a path is as long as it is
    assert max(map(len, lines)) <= 80
    assert "sk-local" not in "".join(path.read_text() for path in (tmp_path / "here").rglob("*.*"))


def test_grading_again_pays_for_what_was_edited(tmp_path, mine):
    """The same submissions under an edited criterion: only that one is asked again, and the two compare."""

    def strict(body):
        shown = "\n".join(block["text"] for block in body["messages"][0]["content"])
        return [text(judgement(shown, "fail" if "two modules" in shown else "pass"))]

    with MessagesServer(either(submitting("import json\n"), strict)) as server:
        own = ("--config-dir", str(mine), "task=mine", "grading=judge", "runs=3")
        local = {"cwd": tmp_path, "ANTHROPIC_API_KEY": "sk-local", "ANTHROPIC_BASE_URL": server.url}
        first = engine(*own, "out=old", **local)
        before = len(server.requests)
        again = engine(*own, "agent=replay", "agent.source=old", "out=new",
                       "rubric.criteria.imports.claim='it imports two modules'", **local)  # fmt: skip
    assert (first.returncode, again.returncode) == (0, 0), again.stdout + again.stderr
    asked = [request.body["messages"][0]["content"][-1]["text"] for request in server.requests[before:]]
    assert len(asked) == 3
    assert all("it imports two modules" in each for each in asked)
    assert "3 replies came from the cache" in again.stdout
    compared = subprocess.run(
        [sys.executable, "-m", "engine.report", "old", "new"],
        check=True, cwd=tmp_path, env=clean(tmp_path), capture_output=True, text=True,
    )  # fmt: skip
    assert re.search(r"imports: 1 pass -> fail", compared.stdout), compared.stdout
    assert "imports_json" not in compared.stdout


def test_a_provider_that_is_down_is_void(tmp_path, mine):
    """Nothing of it counts as a fail, and the exit code says that runs are missing."""
    done = engine(
        "--config-dir", str(mine), "task=mine", "grading=judge", "agent.model.base_url=http://127.0.0.1:9",
        "agent.model.retries=0", "runs=2", "out=here",
        cwd=tmp_path, ANTHROPIC_API_KEY="sk-local",
    )  # fmt: skip
    assert done.returncode == 3
    assert {(record["outcome"], record["failure"]) for record in records(tmp_path / "here")} == {
        ("void", "provider")
    }
    assert "2 provider" in done.stdout


def test_ctrl_c_keeps_what_finished(tmp_path, mine):
    """The first interruption ends cleanly: a summary, exit code 130, whole records."""
    with MessagesServer(judge) as server:
        process = subprocess.Popen(
            command(
                "--config-dir", str(mine), "task=mine", "grading=judge", "agent.model=scripted",
                'agent.model.replies=[{calls: [{name: submit, arguments: {content: "import json"}}]}]',
                "agent.model.seconds=1", "runs=3", "concurrency=1", "out=here",
            ),
            env=clean(tmp_path, ANTHROPIC_API_KEY="sk-local", ANTHROPIC_BASE_URL=server.url),
            cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert process.stdout
        first = next(line for line in process.stdout if line.startswith("run 000"))
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    assert process.returncode == 130, first + rest
    assert "are kept" in rest
    assert "Traceback" not in rest
    assert [record["run"] for record in records(tmp_path / "here")] == [0]


@pytest.mark.slow
def test_titans_over_the_messages_api(tmp_path):
    """The main job: ten attempts at once, each run in the sandbox and judged, zero invalid requests."""
    with MessagesServer(either(submitting(REFERENCE), judge)) as server:
        done = engine(
            "task=titans", "grading=judge", "agent.model=haiku", "judge.model=sonnet", "runs=10",
            "concurrency=10", "out=here",
            cwd=tmp_path, ANTHROPIC_API_KEY="sk-local", ANTHROPIC_BASE_URL=server.url,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.invalid == []
    found = records(tmp_path / "here")
    assert {record["outcome"] for record in found} == {"pass"}
    assert {len(record["verdicts"]) for record in found} == {7}
    assert all(record["verdicts"]["execution"]["verdict"] == "pass" for record in found)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "verdicts"), [("fsdp", 10), ("memopt", 12)])
def test_code_tasks_over_the_messages_api(tmp_path, task, verdicts):
    """Three attempts, probed and judged at the same time: all pass, and no request is invalid."""
    reference = ROOT / f"conf/task/{task}/specimens/reference.py"
    with MessagesServer(either(submitting(reference), judge)) as server:
        done = engine(
            f"task={task}", "agent.model=haiku", "judge.model=sonnet", "runs=3", "out=here",
            cwd=tmp_path, ANTHROPIC_API_KEY="sk-local", ANTHROPIC_BASE_URL=server.url,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.invalid == []
    found = records(tmp_path / "here")
    assert {record["outcome"] for record in found} == {"pass"}
    assert {len(record["verdicts"]) for record in found} == {verdicts}


READS = (
    ("web_search", {"query": "long-term memory for language models"}),
    ("get_paper_with_tldr", {"paper_id": "https://arxiv.org/abs/2310.08560v2"}),
    ("get_paper_introduction", {"paper_id": "2310.08560"}),
    ("get_paper_results", {"paper_id": "arXiv:2310.08560"}),
    ("get_paper_references", {"paper_id": "2310.08560", "limit": 3}),
    ("get_paper_results", {"paper_id": "no such paper"}),
)


DEAD = ("library=web", "library.order=[arxiv,corpus]", "library.sources.arxiv.base_url=http://127.0.0.1:9")


def reviewing(review: str):
    """An agent that makes one call a turn, then hands in; `heard` is what it was answered."""
    heard: list[str] = []

    def respond(body: dict[str, Any]) -> list[dict[str, Any]]:
        turn = sum(message["role"] == "assistant" for message in body["messages"])
        if turn:
            (answer,) = blocks_of(body["messages"][-1]["content"])
            heard.append("".join(part["text"] for part in blocks_of(answer["content"])))
        name, arguments = READS[turn] if turn < len(READS) else ("submit", {"content": review})
        return [text("Next."), call(name, arguments)]

    return respond, heard


@pytest.mark.slow
@pytest.mark.parametrize("library", [[], DEAD], ids=["corpus", "dead"])
def test_a_literature_review_over_the_messages_api(tmp_path, library):
    """An agent calls all five tools, over the corpus or where the source before it is dead, and is judged."""
    review = (ROOT / "conf/task/literature/specimens/memory/reference.md").read_text(encoding="utf-8")
    agent, heard = reviewing(review)
    with MessagesServer(either(agent, deciding())) as server:
        done = engine(
            "task=literature", "topic=memory", *library,
            "agent.model=haiku", "judge.model=sonnet", "out=here",
            cwd=tmp_path, ANTHROPIC_API_KEY="sk-local", ANTHROPIC_BASE_URL=server.url,
            XDG_CACHE_HOME=str(tmp_path / "cache"),
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.invalid == []
    (record,) = records(tmp_path / "here")
    assert (record["outcome"], record["points"]["got"]) == ("pass", 10.0)
    found = [json.loads(answer) for answer in heard]
    assert "arXiv:2310.08560" in {paper["paper_id"] for paper in found[0]["results"]} | {found[1]["paper_id"]}
    assert "92.5" in found[3]["text"]
    assert "is no identifier" in found[5]["error"]["what"]
    assert record["measures"]["citations"]["unsupported_citations"] > 0  # it read one paper and cites thirty
    assert "2310.08560" not in record["measures"]["citations"]["unsupported"]


@pytest.mark.slow
def test_litellm_over_a_chat_endpoint(tmp_path, mine):
    """The same line through litellm against an OpenAI-compatible server."""

    def respond(body: dict[str, Any]) -> Any:
        from tests.servers.replies import call

        if "response_format" in body:
            content = next(message["content"] for message in body["messages"] if message["role"] == "user")
            shown = content if isinstance(content, str) else "\n".join(part["text"] for part in content)
            return [text(judgement(shown))]
        return [call("submit", {"content": "import json\n"})]

    with ChatServer(respond) as server:
        done = engine(
            "--config-dir", str(mine), "task=mine", "grading=judge",
            "agent.model=litellm", "agent.model.id=openai/local", f"agent.model.base_url={server.url}",
            "judge.model=openai/local", f"judge.model.base_url={server.url}",
            "runs=10", "concurrency=10", "out=here",
            cwd=tmp_path, OPENAI_API_KEY="sk-local",
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.invalid == []
    assert {record["outcome"] for record in records(tmp_path / "here")} == {"pass"}
    assert done.stderr == ""


@pytest.mark.slow
def test_two_hundred_runs_over_http(tmp_path, mine):
    """Two hundred runs at once, with 0.5 s a turn, take little longer than one: no request is invalid."""
    with MessagesServer(either(submitting("import json\n"), judge), seconds=0.5) as server:
        overrides = (
            "--config-dir", str(mine), "task=mine", "grading=judge", "agent.model=haiku",
            "judge.model=sonnet",
            "concurrency=200", "agent.model.max_connections=200", "judge.model.max_connections=200",
        )  # fmt: skip
        environment = {"ANTHROPIC_API_KEY": "sk-local", "ANTHROPIC_BASE_URL": server.url}
        began = time.monotonic()
        one = engine(*overrides, "runs=1", "out=one", cwd=tmp_path, **environment)
        single, began = time.monotonic() - began, time.monotonic()
        many = engine(*overrides, "runs=200", "out=many", cwd=tmp_path, **environment)
        whole = time.monotonic() - began
    assert (one.returncode, many.returncode) == (0, 0), many.stdout[-2000:] + many.stderr
    assert len(records(tmp_path / "many")) == 200
    assert server.invalid == []
    print(f"one run {single:.1f} s, two hundred {whole:.1f} s")
    assert whole < 3 * single


def test_a_task_of_yaml_alone_is_graded_without_a_model(tmp_path):
    """A gate by a command, criteria by a command and a pattern: no code of the author's, no key."""
    folder = tmp_path / "my_evals"
    for name in ("task/mine/specimens", "task/mine/given", "rubric"):
        (folder / name).mkdir(parents=True)
    (folder / "task/mine.yaml").write_text(
        "# @package _global_\n# Add up\ndefaults:\n  - override /rubric: mine\n"
        "task:\n  name: mine\n  description: add up\n  submission: add.py\n"
    )
    (folder / "task/mine/prompt.md").write_text("Write add.py, whose add(a, b) adds.\n")
    (folder / "task/mine/given/check.py").write_text(
        "from add import add\nassert add(2, 3) == 5\nprint('sum 5')\n"
    )
    (folder / "rubric/mine.yaml").write_text(
        "# Does it add\n"
        "gates:\n  parses:\n    claim: it parses\n    command: python -m py_compile add.py\n"
        "criteria:\n"
        "  adds:\n    claim: it adds\n    command: {run: python check.py, seconds: 20, output: '^sum 5$'}\n"
        "  annotated:\n    claim: it is annotated\n    pattern: '^def add\\(.*int.*\\) -> int:'\n"
    )
    for name, code in {
        "right": "def add(a: int, b: int) -> int:\n    return a + b\n",
        "wrong": "# def add(a: int, b: int) -> int:\ndef add(a, b):\n    return a - b\n",
        "torn": "def add(\n",
    }.items():
        (folder / "task/mine/specimens" / f"{name}.py").write_text(code)
    done = engine(
        "--config-dir", str(folder), "task=mine", "agent=replay", "grading=probe", "out=here", cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {record["source"]: record for record in records(tmp_path / "here")}
    assert {name: record["outcome"] for name, record in found.items()} == {
        "right": "pass", "wrong": "fail", "torn": "fail",
    }  # fmt: skip
    assert found["torn"]["failure"] == "invalid_submission"
    assert [verdict["by"] for verdict in found["right"]["verdicts"].values()] == [
        "command",
        "command",
        "pattern",
    ]
    assert "AssertionError" in found["wrong"]["verdicts"]["adds"]["reason"]
    assert found["wrong"]["verdicts"]["annotated"]["verdict"] == "fail"


def test_a_structured_submission_is_held_to_a_schema(tmp_path, mine):
    """Without a model: what fits passes, what does not is told with its place, what is no JSON fails."""
    (mine / "rubric/mine.yaml").write_text(
        "# Ideas\ncriteria:\n  shape:\n    claim: two ideas or more, each with a title\n    schema:\n"
        "      type: array\n      minItems: 2\n      items: {$ref: '#/$defs/idea'}\n"
        "      $defs: {idea: {type: object, required: [title]}}\n"
    )
    (mine / "task/mine/specimens").mkdir()
    for name, document in {
        "right": '[{"title": "One"}, {"title": "Two"}]',
        "untitled": '[{"title": "One"}, {}]',
        "prose": "Two ideas: one and two.",
    }.items():
        (mine / "task/mine/specimens" / f"{name}.json").write_text(document)
    done = engine(
        "--config-dir", str(mine), "task=mine", "task.submission=ideas.json", "agent=replay",
        "grading=probe", "out=here",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    shape = {record["source"]: record["verdicts"]["shape"] for record in records(tmp_path / "here")}
    assert {name: verdict["verdict"] for name, verdict in shape.items()} == {
        "right": "pass", "untitled": "fail", "prose": "fail",
    }  # fmt: skip
    assert shape["untitled"]["reason"] == "1: 'title' is a required property"
    assert shape["right"]["by"] == "schema"
