"""The eleven techniques: every specimen gets what its label says, and what cannot be told is unclear."""

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
from sandbox import Job
from sandbox.auto import Auto
from tests.doubles import inside
from tests.memopt.parts import part
from tests.memopt.scripted import Events, Run, Scripted, ended, training
from tests.score import TOO_FEW, verdicts
from tests.titans import ahead

SPECIMENS = Path(__file__).parents[2] / "conf/task/memopt/specimens"
LABELS: dict[str, dict[str, Any]] = json.loads((SPECIMENS / "labels.json").read_text(encoding="utf-8"))
Graded = Mapping[str, asyncio.Task[dict[str, Verdict]]]

TEXT = "with autocast():\n    logits = model(ids)\n"
USED = ("used", {"technique": "amp", "lines": [2], "heard": True, "how": ""})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graded(request: pytest.FixtureRequest) -> AsyncIterator[Graded]:
    """What is said of each specimen, by its name."""
    async with ahead.graded("memopt", request) as tasks:
        yield tasks


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", sorted(LABELS))
async def test_a_specimen_gets_what_its_label_says(graded: Graded, name: str) -> None:
    """The gate's verdict and failure, then each criterion that is labelled."""
    label, found = LABELS[name], await graded[name]
    gate, reasons = found.pop("execution"), {id: verdict.reason for id, verdict in found.items()}
    stopped = None if label["failure"] in TOO_FEW else label["failure"]
    assert (gate.verdict, gate.failure) == ("fail" if stopped else "pass", stopped), gate.reason
    labelled = label.get("verdicts", {})
    assert {id: verdict.verdict for id, verdict in found.items() if id in labelled} == labelled, reasons


async def decided(plain: Events, shimmed: Events, text: str = TEXT) -> dict[str, Verdict]:
    def choose(job: Job, arguments: list[str]) -> Run:
        return Run(shimmed if b"SHIM = True" in job.files["watchers/order.py"] else plain)

    found = await part("techniques").probe(Submission({"x.py": text}), inside(Scripted(choose)))
    assert set(found) == set(part("findings").FINDERS)
    return found


@pytest.mark.parametrize("pretended", [True, False])
async def test_evidence_of_either_run_counts(pretended: bool) -> None:
    """The line where it stood is shown."""
    with_it, without = [*training(), USED], training()
    amp = (await decided(*((without, with_it) if pretended else (with_it, without))))["amp"]
    assert amp.verdict == "pass"
    assert [(each.line, each.quote) for each in amp.evidence] == [(2, "logits = model(ids)")]


async def test_what_never_runs_fails() -> None:
    """With the line that speaks of it, if any does."""
    found = await decided(training(), training())
    assert {verdict.verdict for verdict in found.values()} == {"fail"}
    assert [each.line for each in found["amp"].evidence] == [1]
    assert found["sdpa"].reason == "nothing in the file asks for it"


async def test_a_run_that_breaks_off_leaves_it_open() -> None:
    """Of a technique that the text speaks of; what it does not speak of fails all the same."""
    found = await decided(training(), [ended("error", message="RuntimeError: no device")])
    assert found["amp"].verdict == "unclear"
    assert "RuntimeError: no device" in found["amp"].reason
    assert found["sdpa"].verdict == "fail"


async def test_where_recorders_failed_it_is_open() -> None:
    """For the same reason."""
    found = await decided([("recorder_failed", {"trace": "?"}), *training()], training())
    assert (found["amp"].verdict, found["sdpa"].verdict) == ("unclear", "fail")


async def test_a_file_that_could_deceive_earns_nothing() -> None:
    """A pass becomes unclear, a fail stays."""
    found = await decided([*training(), USED], training(), TEXT + "import ctypes\n")
    assert (found["amp"].verdict, found["sdpa"].verdict) == ("unclear", "fail")
    assert [each.line for each in found["amp"].evidence] == [3]


@pytest.mark.parametrize("events", [[], [("used", {"technique": ["amp"], "lines": 1})], [("rows", {})] * 3])
async def test_forged_facts_break_nothing(events: Events) -> None:
    """And earn nothing."""
    found = await decided(events, events)
    assert "pass" not in {verdict.verdict for verdict in found.values()}


@pytest.mark.parametrize("files", [{"x.py": "def f(:"}, {"x.md": "hello"}])
async def test_what_is_no_python_is_left_to_the_gate(files: dict[str, str]) -> None:
    """Nothing is decided, and nothing is run."""
    sandbox = Scripted(lambda job, arguments: Run())
    found = await part("techniques").probe(Submission(files), inside(sandbox))
    assert {verdict.verdict for verdict in found.values()} == {"unclear"}
    assert not sandbox.jobs


@pytest.mark.slow
async def test_without_a_warm_worker() -> None:
    """The recorders are imported before torch is, and stand in the way of none of its imports."""
    sandbox = Auto()
    said = await verdicts("memopt", SPECIMENS / "reference.py", sandbox)
    await sandbox.close()
    assert {id: verdict.verdict for id, verdict in said.items()} == LABELS["reference"]["verdicts"] | {
        "execution": "pass"
    }
