"""What a file of the user's folder may not direct is refused before anything comes of it."""

from __future__ import annotations

import pytest
from hydra import compose

from engine.config import effort
from engine.config.tree import Tree
from engine.errors import Refused
from tests.engine.config.composing import TASK, composed, hydra, my_evals, write
from tests.engine.config.test_tree import chain

TOUCH = "{_target_: os.system, command: 'touch executed'}"
LOG = "{version: 1, root: {handlers: [x]}, handlers: {x: {(): os.system, command: 'touch executed'}}}"
DIRECTIVES = {
    "a callback": ("callbacks: {x: " + TOUCH + "}", "callbacks.x._target_"),
    "a launcher": (f"launcher: {TOUCH}", "launcher._target_"),
    "a sweeper": (f"sweeper: {TOUCH}", "sweeper._target_"),
    "a logger": (f"job_logging: {LOG}", "job_logging.version"),
    "Hydra's logger": (f"hydra_logging: {LOG}", "hydra_logging.version"),
    "an external object": ("job_logging: {root: ext://os.environ}", "job_logging.root"),
    "a reference to itself": ("job_logging: {root: cfg://x}", "job_logging.root"),
    "the working directory": ("run: {dir: executed}", "run.dir"),
    "the environment": ("job: {env_set: {PATH: .}}", "job.env_set.PATH"),
    "more of a sweep": ("sweep: {dir: executed}", "sweep.dir"),
}


def tried(tmp_path, monkeypatch, files: dict[str, str], *overrides: str) -> Tree:
    monkeypatch.chdir(tmp_path)
    own = write(my_evals(tmp_path / "my_evals"), files)
    try:
        return composed("task=mine", *overrides, own=own)
    finally:
        assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(("said", "key"), DIRECTIVES.values(), ids=list(DIRECTIVES))
def test_directives(tmp_path, monkeypatch, said, key):
    """With file, key, and what would be accepted."""
    evil = f"{TASK}hydra: {{{said}}}\n"
    with pytest.raises(Refused, match=rf"^/.*/task/mine\.yaml: {key}: .*; accepted: mode, sweeper\.params"):
        tried(tmp_path, monkeypatch, {"task/mine.yaml": evil})


@pytest.mark.parametrize(
    ("files", "overrides"),
    [
        ({"task/mine.yaml": f"# @package hydra.job_logging\n{LOG}\n"}, ("rubric=mine",)),
        ({"x.yaml": LOG, "task/mine.yaml": f"{TASK}defaults: ['/x@hydra.job_logging']\n"}, ("rubric=mine",)),
        (
            {"hydra/launcher/x.yaml": f"# @package _global_\nhydra: {{launcher: {TOUCH}}}\n"},
            ("hydra/launcher=x",),
        ),
        (
            {
                "hydra/launcher/x.yaml": "_target_: os.system",
                "task/mine.yaml": f"{TASK}defaults: [override /hydra/launcher: x]\n",
            },
            ("rubric=mine",),
        ),
        ({"task/mine.yaml": f"{TASK}hydra: ${{task}}\n"}, ()),
    ],
    ids=["a header", "a package in the defaults", "a group", "a choice of a group", "a reference"],
)
def test_no_way_around(tmp_path, monkeypatch, files, overrides):
    """What counts is where it ends up."""
    with pytest.raises(Refused, match="this decides how a command runs"):
        tried(tmp_path, monkeypatch, files, *overrides)


def test_no_other_folders(tmp_path, monkeypatch):
    """Neither by a task nor by a config that stands in for ours."""
    with pytest.raises(Exception, match="searchpath"):
        tried(tmp_path, monkeypatch, {"task/mine.yaml": f"{TASK}hydra: {{searchpath: ['file:///tmp']}}\n"})
    own = write(
        my_evals(tmp_path / "other"),
        {"first.yaml": "defaults: [config, _self_]\nhydra: {searchpath: ['pkg://os']}\n"},
    )
    with hydra(own), pytest.raises(Refused, match=r"/first\.yaml: searchpath\.0: "):
        compose("first")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ("{hydra.run.dir: executed}", "not hydra.run.dir"),
        ("{'+hydra.callbacks.x._target_': os.system}", r"not hydra\.callbacks"),
        ("{hydra: '{run: {dir: executed}}'}", "not hydra"),
        ("{hydra/launcher: x}", "not hydra/launcher"),
        ("{runs: 'range(1,1000000000)'}", "10,001 jobs or more; at most 10,000"),
        ("{runs: 'range(0,1000)', concurrency: 'range(0,1000)'}", "1,000,000 jobs or more"),
    ],
)
def test_sweeps(tmp_path, monkeypatch, params, message):
    """They vary what a task is made of, a bounded number of times."""
    evil = f"{TASK}hydra: {{mode: MULTIRUN, sweeper: {{params: {params}}}}}\n"
    with pytest.raises(Refused, match=rf"^sweeper\.params: .*{message}"):
        tried(tmp_path, monkeypatch, {"task/mine.yaml": evil})


def test_a_sweep_that_is_fine(tmp_path, monkeypatch):
    good = f"{TASK}hydra: {{mode: MULTIRUN, sweeper: {{params: {{runs: '1,2'}}}}}}\n"
    assert tried(tmp_path, monkeypatch, {"task/mine.yaml": good})["task"]["name"] == "mine"


def test_growth_while_composing(tmp_path, monkeypatch):
    """Merging follows a reference where a mapping comes on top of it."""
    monkeypatch.setattr(effort, "SECONDS", 2.0)
    values = "".join(f"  {key}: '{value}'\n" for key, value in chain(40).items()).replace("${a.", "${agent.")
    files = {
        "task/mine.yaml": f"{TASK}agent:\n{values}  extra: '${{agent.k0}}'\n",
        "experiment/more.yaml": "# @package _global_\nagent: {extra: {a: 1}}\n",
    }
    with pytest.raises(Refused, match=r"experiment/more\.yaml: this takes more than 2 s"):
        tried(tmp_path, monkeypatch, files, "experiment=more")


def test_who_wrote_what(tmp_path):
    """Of the keys that reach outside, those that a file of the user's folder set, or has a sweep set."""
    params = "{sweeper: {params: {+agent.source: a}}}"
    own = write(my_evals(tmp_path), {"task/mine.yaml": f"{TASK}out: x\nruns: 3\nhydra: {params}\n"})
    with hydra(own):
        cfg = compose("config", ["task=mine", "agent.model=tiny"], return_hydra_config=True)
    wrote = dict(cfg.hydra.runtime.wrote)
    assert wrote.pop("agent.model.id") == str(own / "model/tiny.yaml")
    assert wrote.pop("") == str(own / "task/mine.yaml")
    assert wrote == dict.fromkeys(("out", "agent.source"), str(own / "task/mine.yaml"))
