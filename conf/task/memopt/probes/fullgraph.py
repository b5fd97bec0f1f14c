"""Whether what is compiled as one graph can be: the recorders run it uncompiled, and so would not notice."""

from __future__ import annotations

import ast
from dataclasses import replace

from engine.source import Source
from engine.trace import Trace, trace
from sandbox import Sandbox

from .script import CONTRACT, script

# Nothing is recorded; torch.compile traces as it always does, and hands what it found to no compiler.
WATCH = b"""
import torch

def watch(note, rank):
    own = torch.compile

    def compile(model=None, **kwargs):
        if model is None:
            return lambda function: compile(function, **kwargs)
        return own(model, **{**kwargs, "backend": "eager", "mode": None, "options": None})

    torch.compile = compile
"""


async def compiled_whole(source: Source, sandbox: Sandbox) -> Trace | None:
    """A run in which torch.compile traces, for a script that asks for one graph; None for others."""
    asked = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.keyword) and node.arg == "fullgraph" and _true(node.value)
    ]
    if not asked:
        return None
    return await trace(sandbox, replace(script(source, CONTRACT, shim=False), watch={"watch.py": WATCH}))


def _true(node: ast.expr) -> bool:
    return not isinstance(node, ast.Constant) or node.value is True
