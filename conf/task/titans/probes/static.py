"""Verdicts on a submission whose forward pass carries no state from token to token."""

from __future__ import annotations

import ast
from typing import Any

from engine.verdict import Evidence, Verdict

from .source import Source

NAMED = ("mem", "titan", "surpris", "assoc", "hebb", "fastweight")


def without_memory(source: Source, record: Any, looping: bool) -> dict[str, Verdict]:
    """`looping` says that longer sequences take more operations."""
    del record
    if looping:
        reason = "no value is carried from one step of the loop over time to the next"
    else:
        reason = "a longer sequence takes no more operations: nothing goes through it token by token"
    verdicts = {"recurrent_update": Verdict("fail", reason)}
    unused = _unused(source)
    if unused is not None:
        name, evidence = unused
        missing = f"{name} is never called, and no state is carried over time" if name else "nothing here is a memory"
        for criterion in ("neural_memory", "surprise_gate", "learnable_decay", "outer_product"):
            verdicts[criterion] = Verdict("fail", missing, evidence)
    return verdicts


def _unused(source: Source) -> tuple[str, tuple[Evidence, ...]] | None:
    """A memory class that nothing constructs, or an empty name where there is none; None where one is in use."""
    named = [node for node in source.classes if any(word in node.name.lower() for word in NAMED)]
    constructed = {ast.unparse(node.func) for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
    if any(node.name in constructed for node in named):
        return None
    return (named[0].name, source.evidence(named[0].lineno)) if named else ("", ())
