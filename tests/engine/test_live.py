"""The display of a running experiment."""

from __future__ import annotations

import io

from rich.console import Console

from engine.calls import Calls
from engine.live import Display
from engine.model import Usage
from tests.engine.test_summary import record


def shown(terminal: bool, verbose: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=terminal)
    with Display(console, 2, verbose, Calls(spent=Usage(10, cost=1.5))) as display:
        display.event(0, {"event": "model_call", "time": "now", "text": "[b]hi[/b]", "usage": {"input": 1}})
        display.record(record("pass"))
    return out.getvalue()


def test_plain_lines_elsewhere():
    """Without a terminal each record is a line and there is no status line."""
    text = shown(terminal=False, verbose=False)
    assert text.startswith("run 000  pass")
    assert "runs done" not in text
    assert "\x1b" not in text


def test_a_status_line_on_a_terminal():
    """A terminal sees how far it is."""
    text = shown(terminal=True, verbose=False)
    assert "of 2 runs done" in text
    assert "$1.50" in text


def test_verbose_shows_the_transcript_as_text():
    """Every event with its fields, what a model wrote untouched; quietly none of it."""
    assert "text: [b]hi[/b]" in shown(terminal=False, verbose=True)
    assert "usage: input 1" in shown(terminal=False, verbose=True)
    assert "model_call" not in shown(terminal=False, verbose=False)
