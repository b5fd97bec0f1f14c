"""Peak memory is measured where there is a device, and decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.source import Source
from sandbox import Job, SandboxError
from tests.memopt.parts import part
from tests.memopt.scripted import Run, Scripted

peak = part("peak")
MIB = 1 << 20


async def measured(own: object, baseline: object) -> str:
    def choose(job: Job, arguments: list[str]) -> Run:
        told = own if job.files["work/train_optimized.py"] == b"own" else baseline
        return Run([("peak", {"bytes": told})])

    return await peak.peak_memory(Source("x.py", "own"), Scripted(choose))


async def test_without_a_device_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nor is anything run."""
    monkeypatch.setattr(peak, "DEVICE", tmp_path / "none")
    assert await measured(MIB, MIB) == ""


async def test_both_peaks_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In MiB, the script's and the baseline's."""
    monkeypatch.setattr(peak, "DEVICE", tmp_path)
    said = await measured(3 * MIB, 7 * MIB)
    assert said == "; CUDA memory peaks at 3 MiB, the baseline's at 7 MiB"


@pytest.mark.parametrize(("own", "baseline"), [(0, MIB), (MIB, "much"), (None, None), (True, MIB)])
async def test_what_was_not_measured_is_not_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own: object, baseline: object
) -> None:
    """Forged or missing numbers are none."""
    monkeypatch.setattr(peak, "DEVICE", tmp_path)
    assert await measured(own, baseline) == ""


async def test_a_sandbox_that_fails_here_costs_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The gate has been passed already."""
    monkeypatch.setattr(peak, "DEVICE", tmp_path)

    def choose(job: Job, arguments: list[str]) -> Run:
        raise SandboxError("no device")

    assert await peak.peak_memory(Source("x.py", "own"), Scripted(choose)) == ""
