"""What the agent is asked, what it is given, what it hands in, within which limits."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from engine.errors import Refused

MOST_BYTES = 8_000_000  # of a text that is read, and of all files that are given


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
    chooses one. `sockets` says that what its probes run are processes that talk to each other over the
    network of their own.
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
    sockets: bool = False


@dataclass(frozen=True)
class Assets:
    """The folder task/NAME, by audience. A part that is not there is empty.

    Nothing in it leads out of `root`, the config folder that the task came from: neither a path nor a link.
    """

    folder: Path

    @property
    def root(self) -> Path:
        return next((each.parent for each in self.folder.parents if each.name == "task"), self.folder)

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
        if sum(path.stat().st_size for path in files) > MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(root))
        return {path.relative_to(root).as_posix(): text(path) for path in files}

    def within(self, path: str, key: str) -> Path:
        """A place that the task names, from its folder on. Raises Refused where it lies outside."""
        place = self.folder / path
        if not self._holds(place):
            raise Refused(f"{key}={path}: this leads out of {self.root}, the folder that the task came from")
        return place

    def check(self) -> None:
        """Raises Refused where a link in the folder leads outside."""
        for place in (self.folder, *self.folder.rglob("*")):
            if place.is_symlink() and not self._holds(place):
                raise Refused(f"{place}: this link leads out of {self.root}; put the file itself there")

    def _holds(self, place: Path) -> bool:
        return place.resolve().is_relative_to(self.root.resolve())


def text(file: Path) -> str:
    """Raises OSError also where it would have no end, as a pipe or a device has none."""
    about = file.stat()
    if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
        raise OSError(errno.EINVAL, "This is no regular file", str(file))
    if about.st_size > MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(file))
    return file.read_text(encoding="utf-8")
