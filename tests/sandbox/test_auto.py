"""The choice of a sandbox, which rests on attacks alone."""

import asyncio
import time

import pytest

from sandbox import Job, SandboxError, auto, run, trial
from sandbox.auto import PROMISED, Auto
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised
from tests.sandbox.warm import Warm

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVERYTHING = PROMISED[3]
LETS_THROUGH = {
    Namespaces: set(),
    Warm: set(),
    Landlock: {"disk"},
    Subprocess: EVERYTHING - {"memory", "daemon"},
}


async def test_attacks_work_unhindered() -> None:
    """Each attack of the self-test has its effect where nothing stops it."""
    assert await trial.without() == EVERYTHING


@pytest.mark.parametrize("kind", LETS_THROUGH)
async def test_what_each_holds(kind: type[Supervised]) -> None:
    """The self-test tells what a backend lets through; processes depend on who runs it."""
    assert await trial.escapes(kind()) - {"processes"} == LETS_THROUGH[kind] - {"processes"}


async def test_takes_the_strongest_once() -> None:
    """The first use chooses, quickly; later ones only run the job."""
    sandbox = Auto()
    assert (sandbox.name, sandbox.level) == ("auto", 0)
    began = time.monotonic()
    await asyncio.gather(*(sandbox.check() for _ in range(5)))
    assert time.monotonic() - began < 5  # well below 2 s on a quiet machine
    assert (sandbox.name, sandbox.level) == ("namespaces", 3)
    assert (await run(sandbox, Job(("python", "-c", "print(1)")))).stdout == "1\n"
    await sandbox.close()


class Broken(Namespaces):
    """A sandbox whose processes cannot be started."""

    async def check(self) -> None:
        raise SandboxError("broken")

    def open(self, job: Job):
        raise SandboxError("user namespaces are forbidden here")


class Leaky(Subprocess):
    """A sandbox that only says that it is strong."""

    level = 2


async def test_next_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the strongest cannot start, the next one is taken."""
    monkeypatch.setattr(auto, "Namespaces", Broken)
    sandbox = Auto()
    await sandbox.check()
    assert (sandbox.name, sandbox.level) == ("landlock", 2)


async def test_refuses_what_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend that lets through what its level promises to hold is refused, whatever it says."""
    monkeypatch.setattr(auto, "Namespaces", Broken)
    monkeypatch.setattr(auto, "Landlock", Leaky)
    with pytest.raises(SandboxError) as refusal:
        await Auto().check()
    for words in ("user namespaces are forbidden here", "did not hold", "secret", "sandbox.allow_weak=true"):
        assert words in str(refusal.value)
    weak = Auto(allow_weak=True)
    await weak.check()
    assert (weak.name, weak.level) == ("subprocess", 1)


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Landlock, "disk is bounded file by file"), (Subprocess, "read your files and keys"), (Namespaces, "")],
)
async def test_a_weaker_one_says_so(
    kind: type[Supervised], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """When it is checked, which is before anything is spent, it says what it does not hold."""
    await kind().check()
    told = " ".join(caplog.messages)
    assert (f"sandbox={kind.name} (level {kind.level}) does not hold everything" in told) == bool(words)
    assert words in told


async def test_falling_back_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, by the one that is taken, whoever has chosen it."""
    monkeypatch.setattr(auto, "Namespaces", Broken)
    sandbox = Auto()
    await sandbox.check()
    await sandbox.check()
    why, weakness = caplog.messages
    assert why.startswith("sandbox=auto takes landlock. Not namespaces (level 3): cannot start")
    assert weakness.startswith("sandbox=landlock (level 2) does not hold everything")
    assert not sandbox.sockets


async def test_attack_that_came_to_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A self-test that breaks down is no pass."""
    monkeypatch.setattr(trial, "JOBS", (("no_such_attack",),))
    with pytest.raises(SandboxError, match="an attack came to no end"):
        await Auto().check()


async def test_attack_that_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an attack fails even unhindered, its failure in the sandbox is not taken for a defence."""

    async def without() -> set[str]:
        return EVERYTHING - {"connect"}

    monkeypatch.setattr(trial, "without", without)
    with pytest.raises(SandboxError, match=r"not proven.*connect"):
        await Auto().check()
