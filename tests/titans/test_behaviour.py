"""Every specimen through the real probes in the real sandbox: its labels are what they must say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from engine.verdict import Verdict
from tests.titans import ahead

SPECIMENS = Path(__file__).parents[2] / "conf/task/titans/specimens"
LABELS: dict[str, dict[str, Any]] = json.loads((SPECIMENS / "labels.json").read_text(encoding="utf-8"))
Graded = Mapping[str, asyncio.Task[dict[str, Verdict]]]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graded(request: pytest.FixtureRequest) -> AsyncIterator[Graded]:
    """What is said of each specimen, by its name."""
    async with ahead.graded("titans", request) as tasks:
        yield tasks


@pytest.mark.parametrize("name", sorted(LABELS))
async def test_a_specimen_gets_what_its_label_says(graded: Graded, name: str) -> None:
    """The gate's verdict and failure, then each criterion."""
    label, found = LABELS[name], await graded[name]
    gate, reasons = found.pop("execution"), {id: verdict.reason for id, verdict in found.items()}
    stopped = None if label["failure"] == "below_threshold" else label["failure"]
    assert (gate.verdict, gate.failure) == ("fail" if stopped else "pass", stopped), gate.reason
    assert {id: verdict.verdict for id, verdict in found.items()} == label.get("verdicts", {}), reasons
