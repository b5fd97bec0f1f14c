"""What tests come to in processes of certain ranks, by the text alone."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from tests.fsdp.parts import part

SETUP = """
import os
rank = int(os.environ["RANK"])
local = int(os.environ.get("LOCAL_RANK", 0))
first = rank == 0
def is_main():
    return dist.get_rank() == 0
"""


def comes_to(test: str) -> list[Any]:
    """On rank 0, on rank 1, and on rank 1 of another node."""
    origins = part("origins").Origins(ast.parse(SETUP))
    node = ast.parse(test, mode="eval").body
    return [
        part("ranks").Rank(origins, rank, own).comes_to(node, "") for rank, own in ((0, 0), (1, 1), (1, 0))
    ]


@pytest.mark.parametrize(
    "test", ["rank == 0", "not rank", "not (rank != 0)", "first", "is_main()", "first and x", "rank < 1"]
)
def test_rank_0_alone(test: str) -> None:
    """However it is asked for; what else is asked does not matter for the others."""
    assert [bool(truth) for truth in comes_to(test)[1:]] == [False, False]
    assert comes_to(test)[0] in (True, None)


@pytest.mark.parametrize(
    ("test", "truths"),
    [
        ("rank == 1", [False, True, True]),
        ("local == 0", [True, False, True]),
        ("int(os.environ['LOCAL_RANK']) == 0 or rank == 0", [True, False, True]),
        ("first or x", [True, None, None]),
        ("x == 0", [None, None, None]),
        ("True", [True, True, True]),
    ],
)
def test_others_too(test: str, truths: list[bool | None]) -> None:
    """And what cannot be read is None."""
    assert comes_to(test) == truths
