"""How the state is gathered and written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from .course import Course, each
from .finding import Facts, Finding, fails, line_of, passes, unclear, who
from .live import Live

WRITERS = ("save", "save_file", "save_model")


def rank0_checkpoint(course: Course, live: Live) -> Iterator[Finding]:
    wrote = {(process.rank, nodes): process.of("saved") for process, nodes in each(course.launches)}
    for (rank, nodes), saved in wrote.items():
        if rank != 0 and saved:
            where = " of two nodes" if nodes else ""
            yield fails(f"rank {rank}{where} writes a checkpoint too", line_of(saved[0]))
    if all(wrote[0, nodes] for nodes in (False, True)):
        yield _written(wrote[0, False][0])
    if course.cut:
        yield _by_syntax(live)
    left = [name for name in course.launches.node.files if name not in ("train_fsdp.py", "model.py")]
    if left:
        yield unclear(f"something else than torch.save wrote {left[0]}")
    yield fails("no checkpoint is written")


def _written(saved: Facts) -> Finding:
    if not saved.get("size"):
        return fails("what is written holds no state", line_of(saved))
    return passes("rank 0 alone writes the checkpoint", line_of(saved))


def _by_syntax(live: Live) -> Finding:
    saves = [call for call in live.calls if call.name in ("torch.save", "save")]
    if not saves:
        return fails("no checkpoint is written")
    call = saves[0]
    if not call.by_rank():
        tests = live.callers(call)
        if not any(one.by_rank() for one in tests):
            return fails("every rank would write the checkpoint", call.line)
    if any("local_rank" in test.lower() for test in call.place.tests):
        return fails("each node would write the checkpoint", call.line)
    return passes("rank 0 alone would write the checkpoint", call.line)


def full_state_dict(course: Course, live: Live) -> Iterator[Finding]:
    told = [(process, nodes, process.of("state_dict")) for process, nodes in each(course.launches)]
    gathered = [facts for _, _, events in told for facts in events if facts.get("root")]
    for facts in gathered:
        fault = _setting(facts)
        if fault:
            yield fails(fault, line_of(facts))
    if gathered:
        yield _together(course, told, line_of(gathered[0]))
    if not course.cut:
        yield fails("the state of the wrapped model is never gathered")
    yield _as_written(live)


def _setting(facts: Facts) -> str:
    if facts.get("type") != "FULL_STATE_DICT":
        return f"the state is gathered as {facts.get('type')}, not as FULL_STATE_DICT"
    missing = [
        name for name, key in (("offload_to_cpu", "offload"), ("rank0_only", "rank0")) if not facts.get(key)
    ]
    return f"FullStateDictConfig lacks {' and '.join(f'{name}=True' for name in missing)}" if missing else ""


def _together(
    course: Course, told: Sequence[tuple[object, bool, Sequence[Facts]]], line: int | None
) -> Finding:
    silent = [(process, nodes) for process, nodes, events in told if not events]
    for process, nodes in silent:
        others = course.launches.nodes if nodes else course.launches.node
        if any(each.of("state_dict") for each in others.processes):
            return fails(f"{who(process, nodes)} takes no part in gathering the state", line)  # type: ignore[arg-type]
    if not any(process.of("gathered") for process, _ in each(course.launches)):
        return fails("gathering the state does not end", line)
    return passes("the full state is gathered by all ranks, offloaded, for rank 0 only", line)


def _as_written(live: Live) -> Finding:
    configs = live.named("FullStateDictConfig")
    types = live.named("state_dict_type", "set_state_dict_type")
    calls = [call for call in live.named("state_dict") if not call.node.args]
    if not types or not configs:
        return fails("the state is not gathered by state_dict_type with FullStateDictConfig")
    for name in ("offload_to_cpu", "rank0_only"):
        value = configs[0].keyword(name)
        if not (isinstance(value, ast.Constant) and value.value is True):
            return fails(f"FullStateDictConfig lacks {name}=True", configs[0].line)
    if "FULL_STATE_DICT" not in live.source.code:
        return fails("the state is not gathered as FULL_STATE_DICT", types[0].line)
    inside = [call for call in calls if any("state_dict_type" in context for context in call.place.contexts)]
    chosen = inside or calls
    if not chosen:
        return unclear("gathering the state is not reached", types[0].line)
    if chosen[0].by_rank() or any(one.by_rank() for one in live.callers(chosen[0])):
        return fails("only some ranks would gather the state", chosen[0].line)
    return passes("the full state would be gathered by all ranks, offloaded, for rank 0 only", chosen[0].line)
