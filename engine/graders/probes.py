"""Decides criteria without a model: by the task's probes, or by what the rubric itself says."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.agent import Attempt
from engine.errors import Void
from engine.graders import rules
from engine.probe import Measuring, Probe
from engine.rubric import Claim, Measure, Rubric
from engine.submission import Submission
from engine.together import together
from engine.verdict import Verdict
from sandbox import SandboxError


class Probes:
    """The probes in a folder, by name. The folder is a package, so that probes can share modules.

    Probes keep a processor busy, so at most `at_once` submissions (default: one a processor) are probed at
    a time: more would only make each slower, against its own time limit.
    """

    def __init__(self, folder: Path, at_once: int | None = None) -> None:
        self.folder = folder
        self._room = asyncio.Semaphore(at_once or os.cpu_count() or 1)

    def names(self) -> tuple[str, ...]:
        """The files that define a probe; others are parts of them."""
        files = sorted(self.folder.glob("*.py")) if self.folder.is_dir() else []
        return tuple(file.stem for file in files if "async def probe(" in file.read_text(encoding="utf-8"))

    async def grade(self, submission: Submission, rubric: Rubric, attempt: Attempt) -> Mapping[str, Verdict]:
        return await self.decide(submission, rubric.criteria, attempt)

    async def decide(
        self, submission: Submission, claims: Mapping[str, Claim], attempt: Attempt
    ) -> Mapping[str, Verdict]:
        """Each probe that a claim names runs once, each rule as well; all at the same time."""
        named = sorted({each.probe for each in claims.values() if each.probe})
        works = [self._probed(name, claims, submission, attempt) for name in named]
        works += [_ruled(id, each, submission, attempt) for id, each in claims.items() if rules.ruled(each)]
        async with self._room:
            said = await together(works)
        verdicts = {id: verdict for each in said for id, verdict in each.items()}
        return {id: verdicts[id] for id in claims if id in verdicts}

    async def _probed(
        self, name: str, criteria: Mapping[str, Claim], submission: Submission, attempt: Attempt
    ) -> Mapping[str, Verdict]:
        """What the probe says of the criteria that name it."""
        try:
            verdicts = await self._load(name)(submission, attempt)
            said = {id: replace(verdict, by=f"probe:{name}") for id, verdict in verdicts.items()}
        except SandboxError:
            raise
        except Exception as error:  # a probe is the author's code: its fault is never the agent's
            raise Void("probe", f"{self.folder / name}.py: {type(error).__name__}: {error}") from error
        return {id: said.get(id) or _silent(name) for id, each in criteria.items() if each.probe == name}

    async def measure(
        self, submission: Submission, measures: Mapping[str, Measure], attempt: Attempt
    ) -> Mapping[str, Mapping[str, Any]]:
        """What is counted beside the verdicts, by the measure's id."""
        return {id: await self._measured(each.probe, submission, attempt) for id, each in measures.items()}

    async def _measured(self, name: str, submission: Submission, attempt: Attempt) -> Mapping[str, Any]:
        try:
            measuring: Measuring = self._module(name).measure
            said = await measuring(submission, attempt)
            json.dumps(said, allow_nan=False)  # what no record can hold has broken as well
            return said
        except Exception as error:  # the author's code; no verdict hangs on it, so that the run goes on
            return {"error": f"{self.folder / name}.py: {type(error).__name__}: {error}"}

    def _load(self, name: str) -> Probe:
        return self._module(name).probe  # type: ignore[no-any-return]

    def _module(self, name: str) -> ModuleType:
        package = "probes_" + hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        if package not in sys.modules:
            spec = ModuleSpec(package, None, is_package=True)
            spec.submodule_search_locations = [str(self.folder)]
            sys.modules[package] = importlib.util.module_from_spec(spec)
        return import_module(f"{package}.{name}")

    def problem(self, name: str, defines: str = "probe") -> str | None:
        """What keeps that function of the file from being loaded, if anything does."""
        try:
            getattr(self._module(name), defines)
        except Exception as error:  # whatever the author's code does when it is imported
            return f"{type(error).__name__}: {error}"
        return None


async def _ruled(
    id: str, criterion: Claim, submission: Submission, attempt: Attempt
) -> Mapping[str, Verdict]:
    return {id: await rules.decide(criterion, submission, attempt)}


def _silent(name: str) -> Verdict:
    return Verdict("unclear", f"the probe {name} says nothing of this criterion", by=f"probe:{name}")
