"""How the state is gathered and written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from .course import Course, each
from .finding import Facts, Finding, fails, line_of, passes, unclear, who
from .live import Call, Live, tells_ranks
from .ranks import Rank
from .wrapping import names

STATES = ("state_dict", "get_model_state_dict")
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
    saves = [call for call in live.named("save") if live.origins.own(call.node.func) not in live.functions]
    if not saves:
        return fails("no checkpoint is written")
    for call in saves:
        for rank, local in ((1, 1), (1, 0)):
            if (writes := _reaches(live, call, rank, local)) is not False:
                doubt = "it cannot be read which rank would write the checkpoint"
                wrong = (
                    "each node would write the checkpoint"
                    if local == 0
                    else "rank 1 would write a checkpoint"
                )
                return fails(wrong, call.line) if writes else unclear(doubt, call.line)
    for call in saves:
        if _writes_state(live, call) and _reaches(live, call, 0, 0) is not False:
            return passes("rank 0 alone would write the checkpoint", call.line)
    return unclear("rank 0 is not seen to write the state", saves[0].line)


def _writes_state(live: Live, save: Call) -> bool:
    """Whether what is saved was made by state_dict of what was made by FSDP."""
    state = live.come_from(save.node.args[0], save, *STATES) if save.node.args else None
    made = [call for call in live.calls if call.node is state]
    return any(live.come_from(call.node, call, *names(live)) for call in made)


def _reaches(live: Live, call: Call, rank: int, local: int) -> bool | None:
    """Whether a process comes to a call, as far as its rank decides; None where that cannot be read."""
    process = Rank(live.origins, rank, local)
    ways = []
    for road in live.roads(call):
        truths = [(process.comes_to(ast.parse(test, mode="eval").body, scope), test) for test, scope in road]
        unread = any(truth is None and tells_ranks(test) for truth, test in truths)
        closed = any(truth is not None and not truth for truth, _ in truths)
        ways.append(False if closed else None if unread else True)
    return True if True in ways else None if None in ways else False


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
    if "FULL_STATE_DICT" not in ast.unparse(types[0].node):
        return fails("the state is not gathered as FULL_STATE_DICT", types[0].line)
    if not live.come_from(types[0].node, types[0], "FullStateDictConfig"):
        return unclear("FullStateDictConfig is not seen to be handed over", types[0].line)
    return _by_whom(live, types[0])


def _by_whom(live: Live, typed: Call) -> Finding:
    calls = [call for call in live.named("state_dict") if not call.node.args]
    if typed.last == "state_dict_type":
        calls = [call for call in calls if any("state_dict_type" in each for each in call.place.contexts)]
    if not calls:
        return unclear("no state is seen to be gathered there", typed.line)
    if live.by_rank(calls[0]):
        return fails("only some ranks would gather the state", calls[0].line)
    return passes("the full state would be gathered by all ranks, offloaded, for rank 0 only", calls[0].line)


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
