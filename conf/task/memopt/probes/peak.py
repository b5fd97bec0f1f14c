"""The peak of CUDA memory against the baseline's, on a machine that has such a device. It decides nothing."""

from __future__ import annotations

from pathlib import Path

from engine.source import Source
from sandbox import Sandbox

DEVICE = Path("/dev/nvidiactl")
WATCH = b'''"""Tells the peak of the memory that the script had on the device."""


def watch(note, rank):
    def finish():
        import torch

        if torch.cuda.is_available():
            note("peak", bytes=torch.cuda.max_memory_allocated())

    return finish
'''


async def peak_memory(source: Source, sandbox: Sandbox) -> str:
    """A sentence that goes on, or nothing."""
    return ""
