"""A submitted Python file, read as text and syntax."""

from __future__ import annotations

import pytest

from engine.source import Source
from engine.verdict import Evidence

FILE = Source(
    "a.py",
    '"""Says torch.compile."""\n'
    "x = 1  # and torch.compile again\n"
    'y = f"{x} torch.compile" + """two\n'
    'lines""" + z\n',
)


def test_code_is_what_runs():
    """Neither comments nor strings are left of it."""
    assert "torch.compile" not in FILE.code
    assert "x = 1" in FILE.code
    assert FILE.code.rstrip().endswith('" + z')


def test_code_keeps_lines_and_columns():
    """So that what is found in it can be pointed at in the file."""
    for own, code in zip(FILE.lines, FILE.code.splitlines(), strict=True):
        assert len(own) == len(code)
    assert FILE.code.splitlines()[3].index("z") == FILE.lines[3].index("z")


def test_evidence_quotes_the_line():
    """With its file and number."""
    assert FILE.evidence(2) == (Evidence("x = 1  # and torch.compile again", "a.py", 2),)


@pytest.mark.parametrize("line", [None, 0, 5])
def test_no_evidence_of_a_line_that_is_not_there(line):
    """Nothing is made up."""
    assert FILE.evidence(line) == ()


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\n", "if x:\n\ty\n        z\n", "x = (\n"])
def test_what_does_not_parse_is_a_syntax_error(text):
    """However the code of it is asked for."""
    with pytest.raises(SyntaxError):
        assert Source("a.py", text).code


@pytest.mark.parametrize("text", ["x = 1\r\n# no\r\ny = 2\r\n", "x = 1\n\x0cy = '€'  # ü\n", "", "x = 1"])
def test_odd_line_ends_and_characters(text):
    """As many lines come out as went in."""
    source = Source("a.py", text)
    assert source.code.count("\n") == len(source.lines)
