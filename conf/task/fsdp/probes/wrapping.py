"""Whether the model is wrapped in FSDP, and trains so."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .course import Course, each, first_of_each
from .finding import Finding, fails, line_of, passes, unclear
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
        if not all(told):
            yield _used(live, line) if course.cut else fails(f"the wrapped model is {lacking}", line)
    yield passes("the model is wrapped in FSDP with a policy, and is what trains", line)


def _by_syntax(course: Course, live: Live) -> Finding:
    calls = [call for call in wraps(live) if not _is_none(call.keyword("auto_wrap_policy"))]
    if not course.cut or not calls:
        return fails("the model is not wrapped in FullyShardedDataParallel")
    return _used(live, calls[0].line)


def _used(live: Live, line: int | None) -> Finding:
    """Whether something that FSDP gave is called, as the text has it."""
    called = (live.come_from(call.node.func, call, *names(live)) for call in live.calls if _is_object(call))
    if not any(called):
        return unclear("the wrapped model is not seen to be called", line)
    return passes("the model would be wrapped in FSDP with a policy, and called", line)


def _is_object(call: Call) -> bool:
    return isinstance(call.node.func, ast.Name | ast.Attribute)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def wraps(live: Live) -> list[Call]:
    """The calls of FSDP, whatever the script calls it by."""
    return live.named(*names(live))


def names(live: Live) -> list[str]:
    nodes = [node for node in ast.walk(live.source.tree) if isinstance(node, ast.ImportFrom)]
    aliases = [alias for node in nodes for alias in node.names if alias.name in FSDP]
    return [*FSDP, *(alias.asname for alias in aliases if alias.asname)]
