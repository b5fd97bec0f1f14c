"""The suite of hostile submissions on each backend. What does not work even unhindered proves nothing."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox import Job, run
from sandbox.hostile.promises import BACKENDS, promised
from sandbox.hostile.strike import Untried, strike
from sandbox.hostile.suite import attacks, outcomes, working
from sandbox.hostile.targets import targets
from sandbox.hostile.unhindered import Unhindered
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised
from tests.sandbox.warm import Warm

pytestmark = pytest.mark.asyncio(loop_scope="module")
SUITE = attacks()
NAMES = [attack.name for attack in SUITE]
KINDS = BACKENDS | {"warm": Warm}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def works() -> AsyncIterator[set[str]]:
    yield await working(SUITE)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=KINDS)
async def tried(request: pytest.FixtureRequest, works: set[str]) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """A backend, and how each attack went there."""
    yield request.param, await outcomes(KINDS[request.param](), SUITE, works)


@pytest.mark.parametrize("name", NAMES)
async def test_hostile_job(tried: tuple[str, dict[str, str]], name: str) -> None:
    """An attack that works unhindered has no effect from inside a sandbox that promises to hold it."""
    backend, went = tried
    if went[name] == "not here":
        pytest.skip("does not work on this machine even unhindered")
    assert went[name] == ("held" if name in promised(backend, SUITE) else "not held")


async def test_most_attacks_work_here(works: set[str]) -> None:
    """Whoever runs this: what an ordinary user cannot do anyway is at most a third."""
    assert len(works) > 40


@pytest.mark.parametrize("sandbox", [Namespaces(), Unhindered()])
async def test_attack_that_fails_by_itself(sandbox: Supervised | Unhindered) -> None:
    """A job that ends before it has attacked is not taken for one that was held."""
    async with targets() as found:
        with pytest.raises(Untried, match="StopIteration"):
            await strike(sandbox, ["no_such_attack"], found)


async def test_job_that_is_stopped_for_something_else() -> None:
    """What comes after a bomb was not tried, and a job ended for no bomb says nothing of its attacks."""
    async with targets() as found:
        with pytest.raises(Untried, match="ended by output"):
            await strike(Namespaces(), ["output", "secret"], found)
        assert await strike(Namespaces(), ["secret", "output"], found) == set()


async def test_job_that_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is one whose processes are not found, so that no effect could show."""
    monkeypatch.setattr("sandbox.hostile.strike.marked", lambda _: set())
    async with targets() as found:
        with pytest.raises(Untried, match="looked at from outside"):
            await strike(Namespaces(), ["secret"], found)


async def test_what_an_attack_says_counts_for_nothing() -> None:
    """Whoever claims to have read the secret must know it."""
    async with targets() as found:
        (found.folder / "secret").write_text("something else")
        assert await strike(Unhindered(), ["secret"], found) == set()
        (found.folder / "secret").write_text(found.token)
        assert await strike(Unhindered(), ["secret"], found) == {"secret"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_file_in_a_shared_folder(kind: type[Supervised]) -> None:
    """What a job leaves in /dev/shm is not there for the next one, though it may write there."""
    mark = f"sandbox-test-{secrets.token_hex(8)}"
    leave, find = f"open('/dev/shm/{mark}', 'w')", f"print(open('/dev/shm/{mark}').name)"
    sandbox = kind()
    await run(sandbox, Job(("python", "-c", leave)))
    found = (await run(sandbox, Job(("python", "-c", find)))).stdout
    (Path("/dev/shm") / mark).unlink(missing_ok=True)
    await sandbox.close()
    assert (mark in found) == (kind is Subprocess)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_planted_link(kind: type[Supervised], tmp_path: Path) -> None:
    """Removing a job's folder leaves alone what a link in it points to."""
    (tmp_path / "precious").write_text("precious")
    plant = f"import os; os.symlink({str(tmp_path)!r}, 'result'); print('planted')"
    sandbox = kind()
    assert (await run(sandbox, Job(("python", "-c", plant)))).stdout == "planted\n"
    await sandbox.close()
    assert (tmp_path / "precious").exists()
