"""Code run call by call in one set of variables."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.workspace.console import run


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """What some code prints, with both streams one after the other, in variables that stay."""
    space: dict[str, Any] = {}

    def call(code: str) -> str:
        run(code, "<call 1>", space)
        return "".join(capsys.readouterr())

    return call


def test_variables_stay(said: Any) -> None:
    """What one call defines, the next one has."""
    assert said("x = 3\ndef twice(y): return 2 * y") == ""
    assert said("print(twice(x))") == "6\n"


def test_an_expression_at_the_end_is_shown(said: Any) -> None:
    """As when it is typed in: its value, unless that is None; one in the middle is not shown."""
    assert said("1\n[2]") == "[2]\n"
    assert said("None") == ""
    assert said("_") == "[2]\n"


def test_a_traceback_shows_the_code_alone(said: Any) -> None:
    """It has the lines of the code, and no frame of ours."""
    told = said("def f():\n    return 1 / 0\nf()")
    assert told.startswith(
        'Traceback (most recent call last):\n  File "<call 1>", line 3, in <module>\n    f()'
    )
    assert told.endswith("ZeroDivisionError: division by zero\n")
    assert "console" not in told


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = (", "SyntaxError: '(' was never closed"),
        ("import sys; sys.exit('done')", "SystemExit: done"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("x = '\ud800'", "UnicodeEncodeError"),
        ("\0", "null bytes"),
    ],
)
def test_whatever_ends_a_call_is_told(said: Any, code: str, words: str) -> None:
    """And the interpreter lives on."""
    assert words in said(code)
    assert said("1") == "1\n"


def test_no_future_of_ours(said: Any) -> None:
    """Annotations are values, as in any new interpreter."""
    assert said("def f(x: int): ...\nf.__annotations__['x']") == "<class 'int'>\n"
