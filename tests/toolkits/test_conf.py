"""The toolkits that come with the engine, chosen by override, on whole runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.__main__ import main
from engine.config.mounts import CONF
from engine.errors import Refused
from tests.engine.config.composing import my_evals, planned

NAMES = sorted(path.stem for path in (CONF / "toolkit").glob("*.yaml"))
COLD = ("sandbox=namespaces", "sandbox.preload=[]")
GRADED = ("grading=probe", "out=out")
SCRIPTED = ("agent.model=scripted", *GRADED)
REFERENCE = CONF / "task/titans/specimens/reference.py"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command, with a model that calls these tools, one a turn."""
    my_evals(tmp_path / "my_evals")
    monkeypatch.chdir(tmp_path)

    def command(overrides: Sequence[str], *calls: Mapping[str, Any]) -> int:
        turns = [{"calls": [{"name": call.pop("tool"), "arguments": call}]} for call in map(dict, calls)]
        model = {"_target_": "engine.models.scripted.Scripted", "replies": turns}
        Path("my_evals/model/trying.yaml").write_text(json.dumps(model))
        return main(["--config-dir", "my_evals", "agent.model=trying", "toolkit=code", *GRADED, *overrides])

    return command


def answers(run: int = 0) -> list[str]:
    """What the tools answered in a run."""
    lines = Path(f"out/transcripts/{run:03d}.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    return [event["text"] for event in events if event["event"] == "tool_result"]


def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("out/runs.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_handing_in_is_the_same_everywhere(name):
    """Each toolkit says what it is, and has `submit` with the complete text; or a form of its own."""
    assert (CONF / f"toolkit/{name}.yaml").read_text().startswith("# ")
    task = "ideas" if name == "ideas" else "titans"
    judged = ("grading=judge", "judge.model=scripted")
    tools = planned(f"task={task}", f"toolkit={name}", "library=corpus", *SCRIPTED, *judged).tools
    form = ("submit_ideas", ["ideas"]) if name == "ideas" else ("submit", ["content"])
    assert tools[form[0]].schema["required"] == form[1]


def test_an_ablation_by_override():
    """The default has one tool; with `code` there are more, whose limits are keys."""
    assert list(planned("task=titans", *SCRIPTED).tools) == ["submit"]
    plan = planned("task=titans", "toolkit=code", "toolkit.python.seconds=7", *SCRIPTED)
    assert list(plan.tools) == ["submit", "submit_file", "python", "bash", "read_file", "write_file"]
    assert "7 seconds" in plan.tools["python"].description
    assert list(plan.given) == ["transformer.py"]


def test_what_tools_share():
    """All tools that look papers up have one library; a reader is chosen like any model."""
    words = ("toolkit=papers", "library=corpus", "reader.model=scripted")
    tools = planned("task=titans", *words, *SCRIPTED).tools
    assert len({id(tool.library) for name, tool in tools.items() if name != "submit"}) == 1
    assert tools["get_paper_results"].reader.model.id == "scripted"
    with pytest.raises(Refused, match=r"library: this is missing .*; choose one, as in library=corpus"):
        planned("task=titans", "toolkit=papers", *SCRIPTED)


def test_the_order_of_sources():
    """It may be stated; a source that is not there is refused with those that are."""
    words = ("task=titans", "toolkit=papers", "library=web", *SCRIPTED)
    shared = planned(*words, "library.order=[corpus,arxiv]").tools["web_search"].library
    assert list(shared.sources) == ["corpus", "arxiv"]
    with pytest.raises(Refused, match="order: there is no source 'arxvi'; there are: semantic_"):
        planned(*words, "library.order=[arxvi]")


def test_a_library_without_sources():
    """A source can be taken out; one must be left."""
    words = ("task=titans", "toolkit=papers", "library=corpus", *SCRIPTED)
    with pytest.raises(Refused, match=r"library\.sources: at least one is needed"):
        planned(*words, "library.sources.corpus=null")


def test_a_users_task_with_code(run):
    """Three runs at once try things, each in a place of its own, then hand in a file of it."""
    poem = "open('poem.txt', 'w').write(open('start.txt').read() + '\\nb\\nc\\n' + str(x))"
    code = run(
        ("task=mine", "runs=3", "rubric.criteria.rhyme.probe=lines", *COLD),
        {"tool": "python", "code": "import os; x = 4; sorted(os.listdir())"},
        {"tool": "python", "code": poem},
        {"tool": "bash", "command": "wc -l poem.txt; ls | wc -l"},
        {"tool": "submit_file", "path": "poem.txt"},
    )
    assert code == 0
    assert [record["verdicts"]["lines"]["verdict"] for record in records()] == ["pass"] * 3
    assert Path("out/submissions/002/poem.txt").read_text() == "Roses are red\nb\nc\n4"
    for number in range(3):
        assert answers(number) == ["['start.txt']\n", "19\n", "3 poem.txt\n2\n"]


def test_limits_of_the_workspace_are_checked(run, capsys):
    """Before anything is spent, by their keys."""
    assert run(("task=mine", "toolkit.bash.seconds=0", *COLD), {"tool": "submit"}) == 2
    assert "Refused: toolkit.bash.seconds=0: " in capsys.readouterr().err


@pytest.mark.slow
def test_titans_with_code(run):
    """An agent that tries its module with torch before it hands it in passes as any other."""
    code = (
        "import torch, titans, transformer\n"
        "model = titans.SimpleTransformer(100, 32, 2, 1, 64)\n"
        "model(torch.zeros(1, 8, dtype=torch.long))['logits'].shape"
    )
    done = run(
        ("task=titans",),
        {"tool": "write_file", "path": "titans.py", "content": REFERENCE.read_text()},
        {"tool": "python", "code": code},
        {"tool": "submit_file", "path": "titans.py"},
    )
    assert done == 0
    assert answers()[1] == "torch.Size([1, 8, 100])\n"
    assert records()[0]["outcome"] == "pass"
