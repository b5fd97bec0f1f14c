"""Whatever produces a submission: a model in a tool loop, a replay of existing files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from engine.submission import Submission
from engine.task import Task
from engine.transcript import Transcript
from engine.verdict import Assessment
from engine.workspace import Workspace
from sandbox import Sandbox

if TYPE_CHECKING:
    from engine.tool import Tool


@dataclass(frozen=True)
class Attempt:
    """All that one run knows: what is asked (`prompt` is rendered), with which tools, where it is logged.

    `given` are the files that the task starts from: relative POSIX path -> text. `reference` is what a
    judge is shown beside the submission. `seen` is what tools have answered so far, `refused` the names of
    tools whose calls did not fit, `assessments` what judges have said of the items as a whole.
    """

    index: int
    task: Task
    prompt: str
    tools: Mapping[str, Tool]
    sandbox: Sandbox
    transcript: Transcript
    given: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""
    seen: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)

    @cached_property
    def workspace(self) -> Workspace:
        """Where the agent may try things. Whoever lets an agent solve this closes it afterwards."""
        return Workspace(self.sandbox, self.given)


class Agent(Protocol):
    """An actor: one instance serves all runs and keeps nothing of them."""

    async def solve(self, attempt: Attempt) -> Submission:
        """Produce a submission. Raises AgentFailed where there is none, Void where we are to blame."""
