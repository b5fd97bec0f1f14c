"""The command: what it prints, what it leaves, and its exit code."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import engine.experiment
from engine.__main__ import main
from engine.config.mounts import CONF, RUBRICS
from engine.errors import Refused
from engine.plan import Plan
from tests.engine.config.composing import MINE, my_evals

ROOT = Path(__file__).parents[2]
HEAVY = ("anthropic", "litellm", "jsonschema", "jinja2", "rich", "torch", "fitz", "pymupdf", "httpx")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    my_evals(tmp_path / "my_evals")
    monkeypatch.chdir(tmp_path)
    return ("--config-dir", "my_evals", *MINE)


def test_help_names_every_choice(capsys, own):
    """Each task, model, rubric and toolkit has a line, the user's own among them."""
    assert main(["--help", *own]) == 0
    said = capsys.readouterr().out
    for folder in (*(CONF / name for name in ("task", "topic", "model", "toolkit", "library")), RUBRICS):
        for file in folder.glob("*.yaml"):
            line = next(line for line in said.splitlines() if line.split()[:1] == [file.stem])
            assert len(line.split()) > 3, line
    assert re.search(r"^  mine +Write a poem", said, re.MULTILINE)
    assert said.count("  python -m engine ") >= 3
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("option", ["--help", "--cfg=job"])
def test_a_config_folder_that_is_not_there(capsys, option):
    """Refused by name, also where only help is asked for."""
    assert main(["--config-dir", "/nope", option]) == 2
    assert capsys.readouterr().err == "Refused: --config-dir /nope: there is no such folder\n"


def test_the_sweeper_has_no_key_of_ours(capsys, own):
    """Hydra's own words for what is meant for -m, and no trace."""
    assert main([*own, "-m", "hydra.sweeper.params={runs: '1,2'}"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Refused: hydra.sweeper.params.runs: there is no such key.")
    assert "Traceback" not in said


def test_a_bug_before_any_job_is_told_like_one_in_a_job(monkeypatch, capsys, own):
    """Nothing that Hydra or a plugin lets through is without a word of ours."""

    def broken(*_: object, **__: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("engine.__main__._run_hydra", broken)
    assert main(own) == 70
    assert capsys.readouterr().err.endswith("This is a bug in the engine, please report it.\n")


def test_help_needs_nothing_heavy():
    """Neither do errors of the command line; both answer at once."""
    script = (
        "import sys; from engine.__main__ import main; main(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr)"
    )
    for argument in ("--help", "tsk=titans"):
        ended = subprocess.run(
            [sys.executable, "-c", script, argument],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        assert not set(HEAVY) & set(ended.stderr.split())


def test_options_may_stand_anywhere(capsys, own):
    """Also between overrides, where argparse alone would not find them."""
    assert main(["runs=3", "--cfg", "job", *own, "concurrency=2"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert (shown["runs"], shown["concurrency"], shown["task"]["name"]) == (3, 2, "mine")


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Hydra's --info turns its log on and leaves it on."""
    level, handlers = logging.root.level, list(logging.root.handlers)
    yield
    logging.root.setLevel(level)
    logging.root.handlers[:] = handlers


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize("about", ["config", "defaults", "defaults-tree", "plugins", "searchpath", "all"])
def test_info(capsys, own, about):
    """Hydra's own views of the composition work with our groups."""
    assert main([*own, "--info", about]) == 0
    assert capsys.readouterr().out


def test_an_experiment_from_command_to_folder(capsys, own, tmp_path):
    """Two replayed specimens: records, config and overrides lie in the folder that is named at the end."""
    assert main([*own, "runs=2", "~rubric.criteria.rhyme"]) == 0
    (folder,) = (tmp_path / "out/mine").iterdir()
    assert str(folder) in capsys.readouterr().out.replace("\n", "")
    lines = (folder / "runs.jsonl").read_text().splitlines()
    assert {json.loads(line)["outcome"] for line in lines} == {"pass", "fail"}
    assert yaml.safe_load((folder / "config.yaml").read_text())["runs"] == 2
    said = yaml.safe_load((folder / "overrides.yaml").read_text())
    assert said == [*MINE, "runs=2", "~rubric.criteria.rhyme"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_evals", "out"]


def test_a_sweep(capsys, own, tmp_path):
    """Each job has a folder named by what is swept, all share a page, and Hydra leaves nothing of its own."""
    assert main([*own, "-m", "task.prompt=default,free", "threshold.points=1,2", "out=swept"]) == 0
    assert capsys.readouterr().out.count("Kept in") == 4
    (page,) = (tmp_path / "swept").glob("sweep-*.html")
    assert page.read_text(encoding="utf-8").count('"outcome"') >= 4
    assert sorted(path.name for path in (tmp_path / "swept").iterdir() if path.is_dir()) == [
        "task.prompt=default,threshold.points=1",
        "task.prompt=default,threshold.points=2",
        "task.prompt=free,threshold.points=1",
        "task.prompt=free,threshold.points=2",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_evals", "swept"]


def table(text: str) -> list[str]:
    """What stands below the last folder, its rows without their blanks."""
    rows = [" ".join(row.split()) for row in text.splitlines()]
    at = max((at for at, row in enumerate(rows) if "rate (95%)" in row), default=len(rows))
    return [row for row in rows[at:] if not row.startswith("All of them in")]


def test_a_sweep_ends_with_a_table(capsys, own, monkeypatch):
    """A row for each job, with what was swept, its pass rate and its average."""
    monkeypatch.setenv("COLUMNS", "160")
    assert main([*own, "-m", "threshold.points=1,3", "agent.source=good", "out=swept"]) == 0
    head, first, second = table(capsys.readouterr().out)
    assert head.startswith("threshold.points pass rate (95%) average cost time open void")
    assert first.startswith("1 1/1 100% (21% to 100%)")
    assert second.startswith("3 0/0 -")


def test_a_job_that_is_refused_has_a_row_of_its_own(capsys, own, monkeypatch):
    """Beside those that were run."""
    monkeypatch.setenv("COLUMNS", "160")
    assert main([*own, "-m", "threshold.points=1,99", "agent.source=good", "out=swept"]) == 2
    _, first, second = table(capsys.readouterr().out)
    assert first.startswith("1 1/1")
    assert second == "99 exit code 2"


@pytest.mark.parametrize("said", [("runs=1",), ("-m", "runs=1"), ("-m", "threshold.points=98,99")])
def test_one_job_alone_needs_no_table(capsys, own, said):
    """Nor do several of which none began."""
    main([*own, *said, "agent.source=good", "out=swept"])
    assert table(capsys.readouterr().out) == []


def ending(monkeypatch: pytest.MonkeyPatch, *endings: int | BaseException) -> list[Plan]:
    """Have experiments end as told, one after another; the list fills with their plans."""
    plans: list[Plan] = []

    def conduct(plan: Plan) -> tuple[int, None, Path]:
        plans.append(plan)
        told = endings[len(plans) - 1]
        if isinstance(told, BaseException):
            raise told
        return told, None, plan.out

    monkeypatch.setattr(engine.experiment, "conduct", conduct)
    return plans


@pytest.mark.parametrize(
    ("told", "code"),
    [(0, 0), (1, 1), (3, 3), (130, 130), (KeyboardInterrupt(), 130), (Refused("no"), 2), (KeyError("x"), 70)],
)
def test_exit_codes(monkeypatch, own, told, code):
    """What the experiment says, or whose fault it was that it said nothing."""
    ending(monkeypatch, told)
    assert main(own) == code


def test_a_bug_shows_its_trace(monkeypatch, capsys, own):
    """Only there: it is ours to repair."""
    ending(monkeypatch, KeyError("lost"))
    main(own)
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.endswith("This is a bug in the engine, please report it.\n")


@pytest.mark.parametrize(
    ("endings", "code", "made"),
    [((0, 3, 1), 3, 3), ((1, 0, 0), 1, 3), ((0, Refused("no"), 3), 2, 3), ((3, 130, 0), 130, 2)],
)
def test_a_sweep_ends_with_its_worst_code(monkeypatch, own, endings, code, made):
    """All jobs run, but for an interruption, which ends the sweep."""
    plans = ending(monkeypatch, *endings)
    assert main([*own, "-m", "runs=1,2,3"]) == code
    assert len(plans) == made


def test_a_retiring_model_is_told_of(monkeypatch, capsys, own):
    """Before the runs, on standard error."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not a real one")
    ending(monkeypatch, 0)
    said = ("agent=loop", "agent.model=haiku", "agent.model.retires='2020-01-01'", "threshold.points=1")
    assert main([*own, *said]) == 0
    assert "2020-01-01" in capsys.readouterr().err


@pytest.mark.slow
def test_a_wheel_brings_its_config(tmp_path):
    """Installed away from the checkout it finds its own config, wherever it is started."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    shown = subprocess.run(
        [sys.executable, "-m", "engine", "--cfg", "job", "agent.model=sonnet"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    assert yaml.safe_load(shown.stdout)["task"]["name"] == "titans"
    assert (site / "engine/conf/task/titans/prompt.md").is_file()
