"""The ten criteria: every specimen gets what its label says, and what has no form is never believed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from engine.submission import Submission
from engine.verdict import Verdict
from sandbox.auto import Auto
from tests.doubles import NoSandbox
from tests.score import probes, verdicts
from tests.titans import ahead

SPECIMENS = Path(__file__).parents[2] / "conf/task/fsdp/specimens"
LABELS: dict[str, dict[str, Any]] = json.loads((SPECIMENS / "labels.json").read_text(encoding="utf-8"))
Graded = Mapping[str, asyncio.Task[dict[str, Verdict]]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graded(request: pytest.FixtureRequest) -> AsyncIterator[Graded]:
    """What is said of each specimen, by its name."""
    async with ahead.graded("fsdp", request) as tasks:
        yield tasks


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", sorted(LABELS))
async def test_a_specimen_gets_what_its_label_says(graded: Graded, name: str) -> None:
    """Each criterion that is labelled, and so whether the run passes."""
    label, found = LABELS[name], await graded[name]
    reasons = {id: verdict.reason for id, verdict in found.items()}
    labelled = label["verdicts"]
    assert {id: verdict.verdict for id, verdict in found.items() if id in labelled} == labelled, reasons
    passed = sum(verdict.verdict == "pass" for verdict in found.values())
    assert (passed >= 8) == (label["outcome"] == "pass")


@pytest.mark.parametrize("text", ["def f(:\n", "x = 1\0"])
async def test_what_does_not_parse_fails_everything(text: str) -> None:
    """Nothing is run for it."""
    found = await probes("fsdp")._load("conversion")(Submission({"train_fsdp.py": text}), NoSandbox())
    assert len(found) == 10
    assert {verdict.verdict for verdict in found.values()} == {"fail"}
    assert all("does not parse" in verdict.reason for verdict in found.values())


async def test_no_python_file_fails_everything() -> None:
    """There is nothing to launch."""
    found = await probes("fsdp")._load("conversion")(Submission({"a.txt": "x"}), NoSandbox())
    assert {verdict.verdict for verdict in found.values()} == {"fail"}


@pytest.mark.slow
async def test_without_a_warm_worker() -> None:
    """The recorders are imported before torch is, and stand in the way of none of its imports."""
    sandbox = Auto()
    said = await verdicts("fsdp", SPECIMENS / "reference.py", sandbox)
    await sandbox.close()
    assert {id: verdict.verdict for id, verdict in said.items()} == LABELS["reference"]["verdicts"]
