"""The same without root's rights: a copy of the package run by a user who owns nothing."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox

pytestmark = pytest.mark.slow
PYTHON = "/usr/bin/python3"  # root's own interpreter may lie out of reach
USER = 12345
PROGRAM = """
import asyncio, json
from sandbox import Job, run, trial
from sandbox.auto import Auto
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess

async def main():
    auto = Auto()
    await auto.check()
    said = {kind.name: sorted(await trial.escapes(kind())) for kind in (Namespaces, Landlock, Subprocess)}
    said["auto"] = [auto.name, auto.level]
    said["free"] = sorted(await trial.without())
    said["user"] = (await run(auto, Job(("sh", "-c", "id -u; grep CapEff /proc/self/status")))).stdout.split()
    print(json.dumps(said))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def said() -> Iterator[dict[str, list[str]]]:
    """What the package finds out when that user runs it."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    if not Path(PYTHON).exists() or _version() < (3, 11):
        pytest.skip(f"no {PYTHON} of version 3.11 or newer")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        shutil.copytree(Path(sandbox.__file__).parent, Path(folder) / "sandbox")
        done = subprocess.run(
            [PYTHON, "-c", PROGRAM], cwd=folder, env={"PYTHONDONTWRITEBYTECODE": "1"}, user=USER, group=USER,
            extra_groups=[], stdout=subprocess.PIPE, timeout=60, check=True,
        )  # fmt: skip
        yield json.loads(done.stdout)


def _version() -> tuple[int, ...]:
    text = subprocess.run([PYTHON, "-V"], stdout=subprocess.PIPE, check=True).stdout
    return tuple(map(int, text.split()[1].split(b".")))


def test_attacks_work_unhindered(said: dict[str, list[str]]) -> None:
    """Without a sandbox every attack has its effect for this user too."""
    assert len(said["free"]) == 11


def test_namespaces_hold_all(said: dict[str, list[str]]) -> None:
    """No rights are needed to hold every attack, nor does the job have any."""
    assert said["namespaces"] == []
    assert said["auto"] == ["namespaces", 3]
    assert said["user"] == ["1000", "CapEff:", "0000000000000000"]


def test_landlock(said: dict[str, list[str]]) -> None:
    """Landlock cannot bound the whole disk, and processes only by watching."""
    assert {"disk"} <= set(said["landlock"]) <= {"disk", "processes"}


def test_subprocess_holds_little(said: dict[str, list[str]]) -> None:
    """Limits alone hold memory, and no process is left behind."""
    assert not {"memory", "daemon"} & set(said["subprocess"])
    assert {"secret", "write", "connect", "kill"} <= set(said["subprocess"])
