"""How the model is wrapped, by which policy, and what the optimizer holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .course import Course, each
from .finding import Facts, Finding, fails, line_of, passes, unclear
from .live import Live

FSDP = ("FSDP", "FullyShardedDataParallel")
EXPECTED = {
    "block": True,
    "large linear": True,
    "large embedding": True,
    "large by two": True,
    "at the bound": False,
    "small linear": False,
    "small norm": False,
    "container": False,
    "container of blocks": False,
}
MODULES = {
    "block": "a TransformerBlock",
    "large linear": "a Linear of 1,001,000 parameters",
    "large embedding": "an Embedding of 1,001,000 parameters",
    "large by two": "a Linear whose weight and bias have 1,001,000 parameters together",
    "at the bound": "a Linear of exactly 1,000,000 parameters",
    "small linear": "a small Linear",
    "small norm": "a small LayerNorm",
    "container": "a container that has no parameters of its own",
    "container of blocks": "a list that has no parameters of its own",
}
INSTEAD = {
    "none": "no auto_wrap_policy is handed over",
    "transformer": "the policy is transformer_auto_wrap_policy, not lambda_auto_wrap_policy",
    "size": "the policy is size_based_auto_wrap_policy, not lambda_auto_wrap_policy",
    "always": "the policy is always_wrap_policy, not lambda_auto_wrap_policy",
}


def fsdp_wrap(course: Course, live: Live) -> Iterator[Finding]:
    wrapping = _all(course, "wrapping")
    if not wrapping:
        calls = [
            call
            for call in live.named(*FSDP, *_aliases(live))
            if call.keyword("auto_wrap_policy") is not None
        ]
        if course.cut and calls:
            yield passes("the model would be wrapped in FSDP with a policy", calls[0].line)
        yield fails("the model is not wrapped in FullyShardedDataParallel")
    facts = wrapping[0]
    line = line_of(facts)
    if len(wrapping) < len(course.launches.processes) and not course.cut:
        yield fails("not every process wraps its model", line)
    if facts.get("policy") == "none":
        yield fails("FSDP is given no auto_wrap_policy, so that the whole model is one unit", line)
    if not facts.get("model"):
        yield fails("what is wrapped is not the model of model.py", line)
    called = [bool(process.of("called")) for process, _ in each(course.launches)]
    if not all(called) and not course.cut:
        yield fails("the wrapped model is never called", line)
    backward = [len(process.of("backward")) for process, _ in each(course.launches)]
    if not all(backward) and not course.cut:
        yield fails("the wrapped model is not trained", line)
    yield passes("the model is wrapped in FSDP with a policy, and is what trains", line)


def _aliases(live: Live) -> list[str]:
    """What the script calls FSDP by."""
    nodes = [node for node in ast.walk(live.source.tree) if isinstance(node, ast.ImportFrom)]
    return [alias.asname for node in nodes for alias in node.names if alias.name in FSDP and alias.asname]


def wrap_policy(course: Course, live: Live) -> Iterator[Finding]:
    wrapping, wrapped = _all(course, "wrapping"), _all(course, "wrapped")
    if not wrapping:
        yield _by_syntax(live) if course.cut else fails("nothing is wrapped, so no policy is asked")
    kind, line = str(wrapping[0].get("policy")), line_of(wrapping[0])
    if kind in INSTEAD:
        yield fails(INSTEAD[kind], line)
    if not wrapped:
        yield _failed_to_wrap(course, line)
    facts = wrapped[0]
    if kind == "function" and not facts.get("lambdas"):
        yield fails("the policy does not use lambda_auto_wrap_policy", line)
    if kind not in ("lambda", "function"):
        yield fails(f"the policy is a {kind}, not lambda_auto_wrap_policy", line)
    if "TransformerBlock" not in facts["units"]:
        yield fails("FSDP has made no unit of a TransformerBlock", line)
    answers = facts.get("answers")
    if not isinstance(answers, dict):
        yield unclear("its policy could not be asked", line)
    for name, expected in EXPECTED.items():
        if answers.get(name) is not expected:
            said = {True: "true", False: "false"}.get(answers.get(name), f"an error ({answers.get(name)})")
            yield fails(f"the policy says {said} of {MODULES[name]}", line)
    yield passes("its function is true for blocks and modules of over 1,000,000 own parameters alone", line)


def _failed_to_wrap(course: Course, line: int | None) -> Finding:
    trouble = course.trouble
    if trouble and any(word in trouble.reason for word in ("argument", "lambda_fn", "policy", "callable")):
        return fails(f"FSDP cannot ask the policy: {trouble.reason}", line)
    return unclear("FSDP ended with an error before the policy was asked", line)


def _by_syntax(live: Live) -> Finding:
    code = live.source.code
    if "lambda_auto_wrap_policy" not in code:
        return fails("lambda_auto_wrap_policy is not used")
    return unclear("the wrapping is not reached")


def optimizer_after_wrap(course: Course, live: Live) -> Iterator[Finding]:
    steps, made = _all(course, "step"), _all(course, "optimizer")
    wrapped = bool(_all(course, "wrapped"))
    if not wrapped and not course.cut:
        made_ddp = live.named("DistributedDataParallel", "DDP")
        yield unclear("nothing is wrapped in FSDP") if made_ddp else fails("nothing is wrapped in FSDP")
    if made and wrapped:
        first = made[0]
        if not first.get("after"):
            yield fails("the optimizer is built before the model is wrapped", line_of(first))
        if not first.get("wrapped") or first.get("wrapped") != first.get("params"):
            yield fails("the optimizer holds other parameters than the wrapped model's", line_of(first))
        if not steps and not course.cut:
            yield fails("the optimizer never steps", line_of(first))
        yield passes("the optimizer holds the parameters of the wrapped model", line_of(first))
    if made and live.named(*FSDP, *_aliases(live)):
        yield fails("the optimizer is built before the model is wrapped", line_of(made[0]))
    yield _order(live) if course.cut else fails("there is no optimizer")


def _order(live: Live) -> Finding:
    """By the order of the calls, which is that of running."""
    names = [*FSDP, *_aliases(live)]
    wraps = [at for at, call in enumerate(live.calls) if call.last in names]
    builds = [at for at, call in enumerate(live.calls) if _builds_optimizer(call.name, call.last)]
    if not builds:
        return fails("there is no optimizer")
    line = live.calls[builds[0]].line
    if not wraps:
        return fails("nothing is wrapped in FSDP", line)
    if wraps[0] < builds[0]:
        return passes("the optimizer would be built after the wrapping", line)
    return fails("the optimizer is built before the model is wrapped", line)


def _builds_optimizer(name: str, last: str) -> bool:
    return (
        last in ("Adam", "AdamW", "SGD", "Adagrad", "RMSprop", "Adafactor", "NAdam", "RAdam")
        and "(" not in name
    )


def _all(course: Course, kind: str) -> list[Facts]:
    return [facts for process, _ in each(course.launches) for facts in process.of(kind)[:1]]
