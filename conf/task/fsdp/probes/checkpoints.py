"""How the state is gathered and written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from .course import Course, each
from .finding import Facts, Finding, fails, line_of, passes, unclear, who
from .live import Live

LARGE = 1_000_000  # bytes: the state has more in any type of number, a log or a note has fewer
SETTINGS = {"offload_to_cpu": "offload", "rank0_only": "rank0"}  # and what the recorders call them


def rank0_checkpoint(course: Course, live: Live) -> Iterator[Finding]:
    wrote = {(process.rank, nodes): process.of("saved") for process, nodes in each(course.launches)}
    for (rank, nodes), saved in wrote.items():
        if rank != 0 and saved:
            where = " of two nodes" if nodes else ""
            yield fails(f"rank {rank}{where} writes a checkpoint too", line_of(saved[0]))
    yield from _other_writers(course)
    if all(wrote[0, nodes] for nodes in (False, True)):
        yield _written([*wrote[0, False], *wrote[0, True]])
    if course.cut:
        yield _by_syntax(live)
    left = [name for name in course.launches.node.files if name not in ("train_fsdp.py", "model.py")]
    if left:
        yield unclear(f"something else than torch.save wrote {left[0]}")
    yield fails("no checkpoint is written")


def _other_writers(course: Course) -> Iterator[Finding]:
    """Files as large as a checkpoint, which were opened by others than rank 0."""
    for process, nodes in each(course.launches):
        for facts in process.of("opened"):
            if process.rank and course.launches.of(nodes).files.get(facts["path"], 0) > LARGE:
                yield fails(f"{who(process, nodes)} writes {facts['path']}", line_of(facts))


def _written(saved: Sequence[Facts]) -> Finding:
    full = [facts for facts in saved if facts.get("size") and facts.get("whole") is not False]
    if not any(facts.get("size") for facts in saved):
        return fails("what is written holds no state", line_of(saved[0]))
    if not full:
        return fails("what is written is not the state that was gathered", line_of(saved[0]))
    return passes("rank 0 alone writes the checkpoint", line_of(full[0]))


def _by_syntax(live: Live) -> Finding:
    saves = [call for call in live.calls if call.name in ("torch.save", "save")]
    if not saves:
        return fails("no checkpoint is written")
    call = saves[0]
    if not live.by_rank(call):
        return fails("every rank would write the checkpoint", call.line)
    if any("local_rank" in test.lower() for test in call.place.tests):
        return fails("each node would write the checkpoint", call.line)
    return passes("rank 0 alone would write the checkpoint", call.line)


def full_state_dict(course: Course, live: Live) -> Iterator[Finding]:
    told = [facts for process in course.launches.processes for facts in process.of("state_dict")]
    gathered = [facts for facts in told if facts.get("root")]
    for facts in gathered:
        if fault := _setting(facts):
            yield fails(fault, line_of(facts))
    if gathered:
        yield from _together(course, line_of(gathered[0]))
        yield passes(
            "the full state is gathered by all ranks, offloaded, for rank 0 only", line_of(gathered[0])
        )
    if not course.cut:
        yield fails("the state of the wrapped model is never gathered")
    yield _gathered_as_written(live)


def _setting(facts: Facts) -> str:
    """What is wrong with how the state is gathered."""
    if facts.get("type") != "FULL_STATE_DICT":
        return f"the state is gathered as {facts.get('type')}, not as FULL_STATE_DICT"
    missing = [name for name, key in SETTINGS.items() if not facts.get(key)]
    return f"FullStateDictConfig lacks {_named(missing)}" if missing else ""


def _named(settings: Sequence[str]) -> str:
    return " and ".join(f"{name}=True" for name in settings)


def _together(course: Course, line: int | None) -> Iterator[Finding]:
    for process, nodes in each(course.launches):
        others = course.launches.of(nodes).processes
        if not process.of("state_dict") and any(other.of("state_dict") for other in others):
            yield fails(f"{who(process, nodes)} takes no part in gathering the state", line)
    if not any(process.of("gathered") for process in course.launches.processes):
        yield fails("gathering the state does not end", line)


def _gathered_as_written(live: Live) -> Finding:
    configs = live.named("FullStateDictConfig")
    types = live.named("state_dict_type", "set_state_dict_type")
    if not types or not configs:
        return fails("the state is not gathered by state_dict_type with FullStateDictConfig")
    missing = [name for name in SETTINGS if not _is_true(configs[0].keyword(name))]
    if missing:
        return fails(f"FullStateDictConfig lacks {_named(missing)}", configs[0].line)
    if "FULL_STATE_DICT" not in live.source.code:
        return fails("the state is not gathered as FULL_STATE_DICT", types[0].line)
    return _by_whom(live, types[0].line)


def _by_whom(live: Live, line: int) -> Finding:
    calls = [call for call in live.named("state_dict") if not call.node.args]
    inside = [call for call in calls if any("state_dict_type" in context for context in call.place.contexts)]
    if not calls:
        return unclear("gathering the state is not reached", line)
    call = (inside or calls)[0]
    if live.by_rank(call):
        return fails("only some ranks would gather the state", call.line)
    return passes("the full state would be gathered by all ranks, offloaded, for rank 0 only", call.line)


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
