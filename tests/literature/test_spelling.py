"""One spelling of what can be written in several."""

from __future__ import annotations

import pytest

from tests.literature.parts import part

usual = part("spelling").usual


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("10\u00d7 fewer", "10x fewer"),
        ("10 times fewer", "10x fewer"),
        ("ten-fold", "10x"),
        ("20 percent", "20%"),
        ("twenty per cent", "20%"),
        ("20 percentage points", "20%"),
        ("72\u201383%", "72-83%"),
        ("72% to 83%", "72%-83%"),
        ("from 32.1% to 92.5%", "from 32.1% to 92.5%"),
        ("twenty-five agents", "25 agents"),
        ("sixteen principles", "16 principles"),
        ("1.3-billion-parameter", "1300000000-parameter"),
        ("6.7 million and 6.7M", "6700000 and 6700000"),
        ("580,000 or 580k", "580000 or 580000"),
        ("one million", "1000000"),
        ("RT-1 and GPT-3 at 0.5 B", "RT-1 and GPT-3 at 500000000"),
        ("often none", "often none"),
    ],
)
def test_one_spelling(said, same):
    assert usual(said) == same
