"""The experiment while it runs: a status line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from engine.calls import Calls
from engine.journal import FOR_RESUMING
from engine.record import Record
from engine.report.terminal import line, spent
from engine.visible import brief, visible

LONGEST = 200  # characters of what a provider complains of
QUIET = {"time", "event", *FOR_RESUMING}


class Display:
    """Tells of records as they complete and, when verbose, of every event of the transcripts."""

    def __init__(self, console: Console, runs: int, verbose: bool, calls: Calls, done: int = 0) -> None:
        self.console = console
        self.runs = runs
        self.verbose = verbose
        self.done = done
        self.calls = calls
        self.started = time.monotonic()
        self._live = Live(console=console, transient=True, refresh_per_second=4, get_renderable=self._status)

    def __enter__(self) -> Display:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def record(self, record: Record) -> None:
        self.done += 1
        self.console.print(line(record), soft_wrap=not self.console.is_terminal)

    def event(self, run: int, entry: Mapping[str, Any]) -> None:
        if not self.verbose:
            return
        text = Text(f"run {run:03d}  {entry['event']}", "bold")
        for name, value in entry.items():
            if name not in QUIET and value not in ("", [], None):
                text.append(f"\n    {name}: {_told(value)}", "dim")
        self.console.print(text, soft_wrap=True)

    def _status(self) -> Spinner:
        seconds = time.monotonic() - self.started
        told = f"{self.done} of {self.runs} runs done, {seconds:.0f} s, {spent(self.calls.spent)}"
        trouble = self.calls.trouble()
        return Spinner("dots", Text(f"{told}\n  {brief(trouble, LONGEST)}" if trouble else told))


def _told(value: Any) -> str:
    """A value of an event; text of several lines, such as code, is indented below its name."""
    if isinstance(value, str) and "\n" in value:
        return "".join(f"\n        {visible(line)}" for line in value.split("\n"))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_told(each)}" for name, each in value.items() if each not in ("", None))
    if isinstance(value, list | tuple):
        return "; ".join(map(_told, value))
    return visible(str(value))
