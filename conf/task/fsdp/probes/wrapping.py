"""Whether the model is wrapped in FSDP, and trains so."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .course import Course, each, first_of_each
from .finding import Finding, fails, line_of, passes
from .live import Call, Live

FSDP = ("FSDP", "FullyShardedDataParallel")


def fsdp_wrap(course: Course, live: Live) -> Iterator[Finding]:
    wrapping = first_of_each(course, "wrapping")
    if not wrapping:
        yield _by_syntax(course, live)
    line = line_of(wrapping[0])
    if len(wrapping) < len(course.launches.processes) and not course.cut:
        yield fails("not every process wraps its model", line)
    if wrapping[0].get("policy") == "none":
        yield fails("FSDP is given no auto_wrap_policy, so that the whole model is one unit", line)
    if not wrapping[0].get("model"):
        yield fails("what is wrapped is not the model of model.py", line)
    for kind, lacking in (("called", "never called"), ("backward", "not trained")):
        told = [process.of(kind) for process, _ in each(course.launches)]
        if not all(told) and not course.cut:
            yield fails(f"the wrapped model is {lacking}", line)
    yield passes("the model is wrapped in FSDP with a policy, and is what trains", line)


def _by_syntax(course: Course, live: Live) -> Finding:
    calls = [call for call in wraps(live) if call.keyword("auto_wrap_policy") is not None]
    if course.cut and calls:
        return passes("the model would be wrapped in FSDP with a policy", calls[0].line)
    return fails("the model is not wrapped in FullyShardedDataParallel")


def wraps(live: Live) -> list[Call]:
    """The calls of FSDP, whatever the script calls it by."""
    nodes = [node for node in ast.walk(live.source.tree) if isinstance(node, ast.ImportFrom)]
    names = [alias.asname for node in nodes for alias in node.names if alias.name in FSDP and alias.asname]
    return live.named(*FSDP, *names)
