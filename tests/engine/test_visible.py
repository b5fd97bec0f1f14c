"""Text of others, made safe to look at."""

from __future__ import annotations

import pytest

from engine.visible import brief, visible


@pytest.mark.parametrize("text", ["plain", "tab\tand space", "é中Ж🙂", "a_b-c"])
def test_what_can_be_seen_stays(text):
    """Letters of any script, spaces and tabs are left alone."""
    assert visible(text) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",
        "\u202e",
        "\x1b",
        "\x00",
        "\u2028",
        "\ufe0f",
        "\U000e0100",
        "\u3164",
        "\u2800",
        "\u00a0",
        "\ud800",
    ],
)
def test_what_cannot_be_seen_is_written_out(hidden):
    """Zero-width, bidirectional, control, variation and blank characters are named by their code."""
    assert visible(f"a{hidden}b") == f"a⟦U+{ord(hidden):04X}⟧b"


def test_brief_is_one_visible_line():
    """Line ends become spaces, what is too long is cut, and what is hidden is shown before."""
    assert brief(" a\n b\t c ", 10) == "a b c"
    assert brief("\x1bab", 20) == "⟦U+001B⟧ab"
    assert brief("a" * 11, 10) == "a" * 9 + "…"
