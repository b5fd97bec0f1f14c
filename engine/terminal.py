"""The terminal, or whatever reads us instead. Nobody's leaving costs a run."""

from __future__ import annotations

import io
import os
import sys

from rich.console import Console


class Terminal(Console):
    """Standard output. When its reader has gone (`| head`), the experiment goes on in silence."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):  # what its encoding lacks is written as an escape
            sys.stdout.reconfigure(errors="backslashreplace")
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> None:
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # so that the flush at our end does not fail either
        os.close(nowhere)
