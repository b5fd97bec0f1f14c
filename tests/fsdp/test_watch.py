"""The recorders in real launches: other ways to write a right conversion, and what is wrong in one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from engine.submission import Submission
from engine.trace import trace
from engine.verdict import Verdict
from sandbox import Sandbox
from tests.doubles import inside
from tests.fsdp.parts import part
from tests.fsdp.scripted import REFERENCE
from tests.fsdp.variants import RIGHT
from tests.fsdp.wrong import WRONG
from tests.titans.ahead import ahead
from tests.titans.configured import configured

Graded = Mapping[str, asyncio.Task[dict[str, Verdict]]]

VARIANTS = RIGHT | WRONG

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def criteria(text: str, sandbox: Sandbox) -> dict[str, Verdict]:
    found: dict[str, Verdict] = await part("conversion").probe(
        Submission({"train_fsdp.py": text}), inside(sandbox)
    )
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graded(request: pytest.FixtureRequest) -> AsyncIterator[Graded]:
    """What each variant gets, by its name."""
    sandbox = configured()
    async with ahead(request, "name", lambda name: criteria(VARIANTS[name].text, sandbox)) as tasks:
        yield tasks
    await sandbox.close()


@pytest.mark.parametrize("name", VARIANTS)
async def test_a_variant_loses_what_is_wrong_in_it(graded: Graded, name: str) -> None:
    """Those criteria, and no other."""
    found = await graded[name]
    lost = {id: verdict.reason for id, verdict in found.items() if verdict.verdict != "pass"}
    assert set(lost) == set(VARIANTS[name].costs.split()), lost
    assert {found[id].verdict for id in lost} <= {"fail"}


async def test_the_losses_of_one_process_are_known() -> None:
    """The script for one device has them, with the same arguments and as many samples a step."""
    launch, sandbox = part("launch"), configured()
    text = (launch.GIVEN / "train_single_gpu.py").read_bytes()
    watch = {"watch.py": b"def watch(note, rank): ..."}
    alone = await trace(sandbox, launch.script(text, watch, ({},), launch.RANKS * launch.BATCH))
    losses = [float(line.rpartition(" ")[2]) for line in alone.processes[0].stdout.splitlines()]
    assert losses == pytest.approx(launch.LOSSES, abs=0.05)
    await sandbox.close()


async def test_launches_side_by_side_do_not_disturb_each_other() -> None:
    """Ten right conversions at once, in their own places and at their own ports, within their time."""
    sandbox = configured()
    found = await asyncio.gather(*(criteria(REFERENCE, sandbox) for _ in range(10)))
    reasons = [verdict.reason for each in found for verdict in each.values() if verdict.verdict != "pass"]
    assert not reasons
    await sandbox.close()
