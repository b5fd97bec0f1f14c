"""A shell line."""

# ruff: noqa: PTH110
# pathlib loads slowly

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sandbox.workspace.output import Output

SHELL = "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"


def run(line: str, seconds: float, output: Output) -> str:
    """Run it to its end. Says how it ended, if not well. What it left in the background goes on."""
    process = subprocess.Popen(  # noqa: S603  the purpose of all this
        [SHELL, "-c", line],
        stdin=subprocess.DEVNULL,
        stdout=output.writing,
        stderr=output.writing,
        start_new_session=True,
    )
    if output.follow(seconds, lambda: process.poll() is not None):
        return f"[Exit code {process.returncode}]" if process.returncode else ""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return f"[Stopped after {seconds:g} seconds.]"
