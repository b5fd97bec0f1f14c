"""Where values come from, by the text alone."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.fsdp.parts import part

LOOP = "for epoch in range(3):\n    step += 1\n    f(epoch, step, epoch + 1, epoch * 0, 7)\n"


def comes(text: str, expression: str, scope: str = "") -> bool:
    """Whether the expression comes from a call of `made`."""
    node = ast.parse(expression, mode="eval").body
    origins: Any = part("origins").Origins(ast.parse(text))
    return origins.call_of(["made"], node, scope) is not None


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("x = made()", "x"),
        ("x = other()\nx = made(x)", "x.parameters()"),
        ("def build():\n    return made()\nx = build()", "x"),
        ("def build():\n    return 1, made()\none, x = build()", "x"),
        ("class A:\n    def __init__(self):\n        self.x = made()", "self.x"),
        ("with made() as x:\n    pass", "[{'a': one} for one in x]"),
        ("x = made() if big else None", "x"),
    ],
)
def test_an_expression_comes_from_a_call(text: str, expression: str) -> None:
    """Through names, attributes, functions and parts."""
    assert comes(text, expression)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("x = made()\nx = None", "x"),
        ("x = made()\ny = other()", "y.parameters()"),
        ("def f():\n    x = made()\nx = 1", "x"),
        ("'made()'\nx = y\ny = x", "x"),
        ("def save(v):\n    return made()\nimport torch\nx = torch.save(1)", "x"),
    ],
)
def test_an_expression_comes_from_something_else(text: str, expression: str) -> None:
    """What was given last counts, in its own function, and nobody goes in circles."""
    assert not comes(text, expression)


def test_a_parameter_is_what_its_function_is_called_with() -> None:
    """By position and by name, and in a class."""
    for call in ("f(1, made())", "f(y=made(), x=1)"):
        assert comes(f"def f(x, y):\n    pass\n{call}", "y", "f")
    assert comes("class A:\n    def __init__(self, x):\n        self.x = x\nA(made())", "self.x")


def test_what_counts_in_a_loop_is_known() -> None:
    """Its variable, what is added up, and a sum with either; a product may be anything."""
    tree = ast.parse(LOOP)
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 5)
    origins = part("origins").Origins(tree)
    assert [origins.counts(each, "") for each in call.args] == [True, True, True, False, False]
