"""Scripted stand-ins for what a run works with. They act; nothing is patched."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from engine.agent import Agent, Attempt
from engine.agents.loop import Loop
from engine.graders.judge import Judge
from engine.graders.probes import Probes
from engine.model import Price, Request, Turn, Usage
from engine.models.scripted import Scripted
from engine.plan import Plan
from engine.rubric import Criterion, Gate, Rubric
from engine.submission import Submission
from engine.task import Task
from engine.threshold import Threshold
from engine.traffic import Traffic
from engine.transcript import Transcript
from sandbox import Job, SandboxError, Session
from toolkits.submit import Submit

CODE = "import torch\n\nx = torch.ones(3)\nprint(x)\n"
SUBMITS = [{"text": "Let me think."}, {"calls": [{"name": "submit", "arguments": {"content": CODE}}]}]
CRITERIA = {"a": Criterion("it is a", 1.0), "b": Criterion("it is b", 2.0)}
RUBRIC = Rubric(criteria=CRITERIA)
CONFIG = """\
task: {name: toy}
rubric:
  criteria:
    a: {claim: it is a, points: 1}
    b: {claim: it is b, points: 2}
threshold: {points: null}
"""


class Answering:
    """A model whose reply is a function of the request, and which remembers what it was asked."""

    def __init__(self, answer: Callable[[Request], str | Turn], seconds: float = 0.0) -> None:
        self.id = "answering"
        self.price = Price()
        self.traffic = Traffic(retries=0, max_connections=1000)
        self.answer = answer
        self.seconds = seconds
        self.asked: list[Request] = []
        self.closed = False

    def missing(self) -> str | None:
        return None

    def notice(self, today: object) -> str | None:
        return None

    def priced(self) -> bool:
        return True

    def thinks(self) -> bool:
        return True

    async def reply(self, request: Request) -> Turn:
        self.asked.append(request)
        await asyncio.sleep(self.seconds)
        said = self.answer(request)
        return said if isinstance(said, Turn) else Turn(said, usage=Usage(10, 5, cost=0.001))

    async def close(self) -> None:
        self.closed = True


def asked_for(request: Request) -> list[str]:
    """The criteria that a judge's request asks about."""
    text = next(message.parts[-1] for message in request.messages if hasattr(message, "parts"))
    return re.findall(r"^(\w+): it is", text, re.MULTILINE)


def verdicts(decide: Callable[[str], Mapping[str, Any]]) -> Callable[[Request], str]:
    """A judge's answers: `decide` gives the fields of one criterion that differ from a sound pass."""
    sound = {
        "evidence": [{"file": "answer.py", "line": 1, "quote": "import torch"}],
        "reason": "it stands there",
        "verdict": "pass",
    }

    def answer(request: Request) -> str:
        return json.dumps(
            {
                "control": "fail",
                "answers": [{"criterion": id, **sound, **decide(id)} for id in asked_for(request)],
            }
        )

    return answer


class NoSandbox:
    """A sandbox that is broken: whoever opens it learns that it failed."""

    name = "none"
    level = 3
    sockets = True

    async def check(self) -> None:
        raise SandboxError("no sandbox here")

    def open(self, job: Job) -> AbstractAsyncContextManager[Session]:
        raise SandboxError(f"no sandbox here for {job.argv}")

    async def close(self) -> None:
        """Nothing is kept."""


def attempt(folder: Path, **changes: Any) -> Attempt:
    fields = {
        "index": 0,
        "task": Task(name="toy", description="a toy", submission="answer.py"),
        "prompt": "Write it.",
        "tools": {"submit": Submit()},
        "sandbox": NoSandbox(),
        "transcript": Transcript(0, folder / "000.jsonl"),
    }
    return Attempt(**{**fields, **changes})


def inside(sandbox: Any) -> Attempt:
    """An attempt of which a probe needs no more than where it runs things."""
    return attempt(Path(), sandbox=sandbox)


def plan(folder: Path, agent: Agent | None = None, **changes: Any) -> Plan:
    """An experiment without gates, in which a judge passes everything."""
    judge_model = changes.pop("judge_model", Answering(verdicts(lambda _: {})))
    agent_model = changes.pop("agent_model", Scripted(SUBMITS))
    fields = {
        "task": Task(name="toy", description="a toy", submission="answer.py"),
        "prompt": "Write it.",
        "rubric": Rubric(
            gates=changes.pop("gates", {}),
            criteria=changes.pop("criteria", CRITERIA),
            measures=changes.pop("measures", {}),
        ),
        "threshold": Threshold(),
        "agent": agent or Loop(agent_model, "Please submit."),
        "tools": {"submit": Submit()},
        "probes": Probes(folder / "probes"),
        "judge": Judge(judge_model),
        "use_probes": False,
        "sandbox": NoSandbox(),
        "models": {"agent.model": agent_model, "judge.model": judge_model},
        "runs": 1,
        "auto": False,
        "concurrency": 10,
        "verbose": False,
        "fail_under": None,
        "out": folder / "out",
        "config": CONFIG,
        "overrides": ("task=toy",),
    }
    return Plan(**{**fields, **changes})


def write_probe(folder: Path, name: str, body: str) -> None:
    """A probe file whose function body is `body`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(
        "from engine.verdict import Evidence, Verdict\n"
        "from sandbox import SandboxError\n\n"
        f"async def probe(submission, attempt):\n    {body}\n"
    )


def gate(probe: str) -> Gate:
    return Gate("it runs", "runtime_error", probe=probe)


def submission(text: str = CODE) -> Submission:
    return Submission({"answer.py": text})
