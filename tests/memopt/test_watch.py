"""The recorders in real runs: what a script must do to earn a technique, and what does not earn it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest
import pytest_asyncio

from engine.source import Source
from engine.submission import Submission
from engine.trace import trace
from engine.verdict import Verdict
from sandbox import Sandbox
from tests.doubles import inside
from tests.memopt.parts import part
from tests.memopt.variants import TRAINED, UNTRAINED, VARIANTS
from tests.titans.ahead import ahead
from tests.titans.configured import configured

Graded = Mapping[str, asyncio.Task[dict[str, Verdict]]]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def techniques(text: str, sandbox: Sandbox) -> dict[str, Verdict]:
    found: dict[str, Verdict] = await part("techniques").probe(Submission({"x.py": text}), inside(sandbox))
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graded(request: pytest.FixtureRequest) -> AsyncIterator[Graded]:
    """What each variant earns, by its name."""
    sandbox = configured()
    async with ahead(request, "name", lambda name: techniques(VARIANTS[name].text, sandbox)) as tasks:
        yield tasks
    await sandbox.close()


@pytest.mark.parametrize("name", VARIANTS)
async def test_a_variant_earns_what_it_does(graded: Graded, name: str) -> None:
    """Each technique that it exercises in the training, and no other."""
    found, wanted = await graded[name], VARIANTS[name]
    got = {id: verdict.verdict for id, verdict in found.items() if verdict.verdict != "fail"}
    expected = dict.fromkeys(wanted.earns, "pass") | dict.fromkeys(wanted.unclear, "unclear")
    assert got == expected, {id: verdict.reason for id, verdict in found.items()}


async def gate(text: str) -> Verdict:
    sandbox = configured()
    found: dict[str, Verdict] = await part("execution").probe(Submission({"x.py": text}), inside(sandbox))
    await sandbox.close()
    return found["execution"]


@pytest.mark.parametrize("name", UNTRAINED)
async def test_another_training_is_stopped_at_the_gate(name: str) -> None:
    """Another loss, another model, other arguments, or another number than the loss."""
    change, words = UNTRAINED[name]
    verdict = await gate(change.text)
    assert (verdict.verdict, words in verdict.reason) == ("fail", True), verdict.reason


@pytest.mark.parametrize("name", TRAINED)
async def test_the_same_training_in_another_way_passes(name: str) -> None:
    """The gradients are the same but for a factor and rounding."""
    verdict = await gate(TRAINED[name].text)
    assert verdict.verdict == "pass", verdict.reason


async def test_the_recorders_change_nothing() -> None:
    """A script that is watched prints the very same losses, whatever it uses."""
    sandbox, script = configured(), part("script")
    texts = [VARIANTS[name].text.replace(":.4f}", "!r}") for name in ("row by row", "a residual in place")]
    for text in texts:
        watched = script.script(Source("x.py", text), script.OTHER, shim=False)
        alone = replace(watched, watch={"watch.py": b"def watch(note, rank): ..."})
        said = [(await trace(sandbox, each)).processes[0].stdout for each in (watched, alone)]
        assert said[0] == said[1] != ""
    await sandbox.close()
