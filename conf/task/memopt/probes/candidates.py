"""Where a technique stands in the text, whether or not it ever runs; and which lines share a loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TypeAlias

from engine.source import Source

Loop: TypeAlias = ast.For | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

IMPORT = re.compile(r"\s*(import|from)\s(?!.*\bas\b)")
WORDS = {
    "amp": r"\bautocast\b",
    "gradient_checkpointing": r"checkpoint",
    "sdpa": r"scaled_dot_product_attention|MultiheadAttention",
    "gradient_accumulation": r"accum|micro",
    "optimizer": r"set_to_none(?!=False)|\bfused\b|\bforeach\b|\.grad\s*=\s*None",
    "explicit_memory": r"\bdel\b|\bcollect\b|empty_cache",
    "pin_memory": r"pin_memory",
    "micro_batching": r"micro|\bchunk\b|\bsplit\b|\[[^\]]*:[^\]]*\]",
    "inplace": r"\w_\(|\binplace\b|\bout=",
    "compile": r"\bcompile\b",
    "channels_last": r"channels_last",
}


def candidate(source: Source, technique: str) -> int | None:
    """The last line of code that speaks of the technique, comments, strings and plain imports aside."""
    lines = enumerate(source.code.splitlines(), start=1)
    found = [number for number, line in lines if re.search(WORDS[technique], line) and not IMPORT.match(line)]
    return found[-1] if found else None


def same_loop(source: Source, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two stacks of lines were in the same loop."""
    loops = [node for node in ast.walk(source.tree) if isinstance(node, Loop)]
    return any(_within(loop, one) and _within(loop, other) for loop in loops)


def augmented(source: Source, lines: Sequence[int]) -> bool:
    """Whether the innermost line is an assignment like `a += b`."""
    assigning = [node for node in ast.walk(source.tree) if isinstance(node, ast.AugAssign)]
    return any(_within(node, lines[:1]) for node in assigning)


def _within(node: ast.stmt | ast.expr, lines: Sequence[int]) -> bool:
    return any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines)
