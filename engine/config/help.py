"""What `--help` says: every choice with one line of its own, and three commands to begin with."""

from __future__ import annotations

import textwrap
from pathlib import Path

from engine.config.mounts import options

WIDTH = 80
BEGINNING = 100_000  # characters of a file, among which it says what it is
DIRECTIVES = ("# @", "# yaml-language-server:")
GROUPS = {
    "task": "what is asked, for task=",
    "topic": "of a task with several, for topic=",
    "model": (
        "for agent.model=, judge.model= and reader.model=; a raw id with a slash (openai/gpt-5) "
        "goes through litellm"
    ),
    "rubric": "the criteria, for rubric=; unless said otherwise, those named like the task",
    "toolkit": "the tools of the agent, for toolkit=",
    "library": "where its tools look papers up, for library=",
    "agent": "who attempts the task, for agent=",
    "judge": "one model that grades or several, for judge=",
    "grading": "who decides the criteria, for grading=",
    "threshold": "what a run needs to pass, for threshold=",
    "experiment": "presets of all these, some of them sweeps, for experiment=",
    "sandbox": "where code that we did not write runs, for sandbox=",
}

HEAD = """\
Usage: python -m engine [KEY=VALUE ...]

Makes a number of attempts at a task, grades each, and reports.
Three commands to begin with: without a model and without a key; ten attempts
by a model; the same for each of two models.

  python -m engine task={task} agent=replay grading=probe
  python -m engine task={task} agent.model=sonnet runs=10
  python -m engine -m task={task} agent.model=haiku,sonnet runs=10
"""

TAIL = """\
Any value can be set:
  runs=10 concurrency=5 verbose=true fail_under=0.3 out=DIR
  agent.source=FILE (with agent=replay) agent.model.max_tokens=4000
  task.limits.turns=5 rubric.criteria.ID.points=2 threshold.points=5
  '+rubric.criteria.ID={claim: "...", points: 1}' '~rubric.criteria.ID'

--cfg job shows the composed config and runs nothing. -m sweeps.
--config-dir DIR adds tasks, rubrics and models of your own
  (DIR/task/NAME.yaml, DIR/task/NAME/, DIR/rubric/NAME.yaml,
  DIR/model/NAME.yaml).
--hydra-help lists the other options.

Exit codes:
  0    done
  1    done, but the pass rate lies under fail_under
  2    refused, nothing was spent; in a sweep other jobs may have run
  3    done, but some runs are void
  70   a bug in the engine
  130  interrupted, what finished is kept
"""


def catalogue(own: Path | None) -> str:
    """The text, with what is in the user's own config folder."""
    head = HEAD.format(task=next(iter(options("task", None))))
    return "\n".join([head, *(_section(group, words, own) for group, words in GROUPS.items()), TAIL])


def _section(group: str, words: str, own: Path | None) -> str:
    found = options(group, own)
    width = max(map(len, found), default=0)
    lines = [_wrapped(f"  {name:{width}}  {summary(file)}", width + 4) for name, file in found.items()]
    return "\n".join([_wrapped(f"{group}: {words}", 2), *lines, ""])


def _wrapped(line: str, indent: int) -> str:
    return textwrap.fill(line, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False).rstrip()


def summary(file: Path) -> str:
    """The first comment line of a YAML that is no directive, or what it says as its description."""
    with file.open(encoding="utf-8", errors="replace") as text:
        lines = text.read(BEGINNING).splitlines()
    said = [line.lstrip("# ") for line in lines if line.startswith("#") and not line.startswith(DIRECTIVES)]
    said += [line.partition(":")[2] for line in lines if line.strip().startswith("description:")]
    return said[0].strip() if said else ""
