"""Where a technique stands in the text, and which lines share a loop."""

from __future__ import annotations

import pytest

from engine.source import Source
from tests.memopt.parts import part

candidates = part("candidates")


def of(text: str) -> Source:
    return Source("x.py", text)


@pytest.mark.parametrize(
    ("technique", "text", "line"),
    [
        ("amp", "# autocast\nx = 'autocast'\n", None),
        ("amp", "import a\nwith torch.autocast('cpu'):\n    pass\n", 2),
        ("gradient_checkpointing", "from torch.utils.checkpoint import checkpoint\n", None),
        ("gradient_checkpointing", "from torch.utils.checkpoint import checkpoint as again\n", 1),
        ("optimizer", "o.zero_grad(set_to_none=False)\n", None),
        ("optimizer", "o.zero_grad(set_to_none=True)\n", 1),
        ("explicit_memory", "import gc\ngc.collect()\n", 2),
        ("inplace", "total += 1\n", None),
        ("inplace", "x.add_(1)\n", 1),
        ("compile", "recompiled = 1\n", None),
    ],
)
def test_a_candidate_is_code_that_speaks_of_it(technique: str, text: str, line: int | None) -> None:
    """Not comments, strings, or an import alone."""
    assert candidates.candidate(of(text), technique) == line


def test_every_technique_has_words() -> None:
    """Those that are decided."""
    assert set(candidates.WORDS) == set(part("findings").FINDERS)


def test_lines_that_share_a_loop() -> None:
    """Of whatever kind, and however deep the function that is called in it."""
    source = of("def f():\n    g()\nfor x in y:\n    f()\n    h()\nk = [f() for x in y]\nf()\n")
    assert candidates.same_loop(source, (2, 4), (5,))
    assert candidates.same_loop(source, (2, 6), (6,))
    assert not candidates.same_loop(source, (2, 7), (5,))
    assert not candidates.same_loop(source, (), (5,))
