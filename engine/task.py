"""What the agent is asked, what it is given, what it hands in, within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import MISSING


@dataclass
class Limits:
    """The most that one attempt may use. None is no limit.

    `turns` counts model replies, `tokens` all tokens of the agent, `cost` US dollars, `seconds` the time that
    replies and tools took, queues and failed tries left out.
    """

    turns: int | None = 20
    tokens: int | None = None
    cost: float | None = None
    seconds: float | None = 1800.0


@dataclass
class Task:
    """A task as its YAML states it.

    The assets lie in the folder task/NAME beside task/NAME.yaml: `prompt.md` (a Jinja template over `task`,
    `rubric`, `hints` and `given`), `given/`, `probes/` and `specimens/`. `submission` is the file to hand
    in. Of a task on several topics, `topic` says which and `subject` what it is about. `specimens` is a
    folder in that folder, and `reference` a file there, such as a specimen, that a judge is shown beside
    the submission. `prompts` maps a variant of the prompt to its hints, each to be shown or not; `prompt`
    chooses one.
    """

    name: str = MISSING
    description: str = MISSING
    submission: str = "submission.py"
    topic: str | None = None
    subject: str | None = None
    specimens: str = "specimens"
    reference: str | None = None
    prompt: str = "default"
    prompts: dict[str, Any] = field(default_factory=lambda: {"default": {}})
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Assets:
    """The folder task/NAME, by audience. A part that is not there is empty."""

    folder: Path

    @property
    def prompt(self) -> Path:
        return self.folder / "prompt.md"

    @property
    def probes(self) -> Path:
        return self.folder / "probes"

    def given(self) -> Mapping[str, str]:
        """What the agent starts from: relative POSIX path -> text."""
        root = self.folder / "given"
        files = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}
