"""Composing in the test's own process, and a folder of evals such as a user would have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from hydra import compose
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.config_search_path import SearchPathQuery
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf, open_dict

from engine.__main__ import prepare
from engine.config.load import load
from engine.config.mounts import CONF
from engine.config.origin import trace
from engine.plan import Plan

MINE = ("task=mine", "agent=replay", "grading=probe", "sandbox=subprocess")
TASK = """\
# @package _global_
# Write a poem
task:
  name: mine
  description: A poem of four lines.
  submission: poem.txt
  prompts:
    default: {length: true}
    free: {length: false}
"""
RUBRIC = """\
# What a poem needs
gates:
  text: {claim: There is a poem., probe: lines}
criteria:
  lines: {claim: The poem has four lines., probe: lines}
  rhyme: {claim: It rhymes., points: 2}
"""
PROMPT = """\
Write a poem{% if hints.length %} of four lines{% endif %} and hand in {{ task.submission }}.
{% for path, text in given.items() %}
{{ path }}: {{ text }}
{% endfor %}
"""
PROBE = """\
from engine.verdict import Verdict


async def probe(submission, attempt):
    lines = submission.files["poem.txt"].strip().splitlines()
    four = Verdict("pass" if len(lines) == 4 else "fail", f"{len(lines)} lines")
    return {"text": Verdict("pass", "there is a text"), "lines": four}
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def my_evals(folder: Path) -> Path:
    """One task made of one YAML, one rubric and one asset folder, and a model."""
    return write(
        folder,
        {
            "task/mine.yaml": TASK,
            "rubric/mine.yaml": RUBRIC,
            "task/mine/prompt.md": PROMPT,
            "task/mine/given/start.txt": "Roses are red",
            "task/mine/probes/lines.py": PROBE,
            "task/mine/specimens/good.txt": "a\nb\nc\nd\n",
            "task/mine/specimens/short.txt": "a\n",
            "model/tiny.yaml": "# A small one\ndefaults: [haiku, _self_]\nid: claude-tiny\n",
        },
    )


@contextmanager
def hydra(own: Path | None = None) -> Iterator[None]:
    """Hydra as the command line sets it up, with the user's own folder."""
    prepare()
    search_path = create_config_search_path(str(CONF))
    if own:
        schema = SearchPathQuery(provider="schema")
        search_path.prepend(provider="command-line", path=f"file://{own}", anchor=schema)
    Hydra.create_main_hydra2("engine", search_path)
    try:
        yield
    finally:
        GlobalHydra.instance().clear()


def composed(*overrides: str, own: Path | None = None) -> dict[str, Any]:
    """What `--cfg job` shows."""
    with hydra(own):
        found = yaml.safe_load(OmegaConf.to_yaml(compose("config", list(overrides))))
    assert isinstance(found, dict)
    return found


def planned(*overrides: str, own: Path | None = None) -> Plan:
    """The plan that a command line comes to."""
    with hydra(own):
        cfg = compose("config", list(overrides), return_hydra_config=True)
        origin = trace(cfg.hydra)
        with open_dict(cfg):
            del cfg["hydra"]
        return load(cfg, origin)
