"""The terminal, and what happens when its reader leaves."""

from __future__ import annotations

import subprocess
import sys

SPEAKER = """
from engine.terminal import Terminal
terminal = Terminal()
for number in range(20_000):
    terminal.print(f"line {number} \u00e9")
open("finished", "w").close()
"""


def test_a_reader_that_leaves_costs_nothing(tmp_path):
    """After `| head -1` the program goes on to its end, and says nothing of it."""
    import os
    from pathlib import Path

    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "ascii"}
    with subprocess.Popen(
        [sys.executable, "-c", SPEAKER], cwd=tmp_path, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "line 0 \\xe9\n"
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == ""
    assert process.returncode == 0
    assert (tmp_path / "finished").exists()
