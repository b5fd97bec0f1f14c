"""The peak of CUDA memory against the baseline's, on a machine that has such a device. It decides nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.source import Source
from engine.trace import Trace, trace
from sandbox import Sandbox, SandboxError

from .script import CONTRACT, GIVEN, script

DEVICE = Path("/dev/nvidiactl")
MIB = 1 << 20
WATCH = b'''"""Tells the peak of the memory that the script had on the device."""


def watch(note, rank):
    def finish():
        import torch

        if torch.cuda.is_available():
            note("peak", bytes=torch.cuda.max_memory_allocated())

    return finish
'''


async def peak_memory(source: Source, sandbox: Sandbox) -> str:
    """The end of a sentence; empty where there is no device, or where nothing can be measured."""
    if not DEVICE.exists():  # noqa: ASYNC240  it is at hand
        return ""
    text = (GIVEN / "train_baseline.py").read_text(encoding="utf-8")
    try:
        own, baseline = [await _peak(each, sandbox) for each in (source, Source(source.name, text))]
    except (SandboxError, RuntimeError):
        return ""
    if not own or not baseline:
        return ""
    return f"; CUDA memory peaks at {own / MIB:.0f} MiB, the baseline's at {baseline / MIB:.0f} MiB"


async def _peak(source: Source, sandbox: Sandbox) -> int:
    """Bytes, 0 where they were not told. In a fresh process, which alone can use the device."""
    alone = replace(script(source, CONTRACT, shim=False), watch={"watch.py": WATCH}, warm=False)
    return _told(await trace(sandbox, alone))


def _told(run: Trace) -> int:
    told = [facts.get("bytes") for process in run.processes for facts in process.of("peak")]
    return next((value for value in told if type(value) is int and value > 0), 0)
