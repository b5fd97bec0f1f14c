"""The line of its own that `--help` gives each choice."""

from __future__ import annotations

import pytest

from engine.config.help import summary


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# What it is\na: 1\n", "What it is"),
        ("# @package _global_\n# What it is\n# and more\na: 1\n", "What it is"),
        ("# @package _global_\ntask:\n  description: What it is\n", "What it is"),
        ("description: other\n# What it is\n", "What it is"),
        ("a: 1\n", ""),
    ],
)
def test_the_first_comment_or_the_description(tmp_path, text, line):
    file = tmp_path / "x.yaml"
    file.write_text(text)
    assert summary(file) == line
