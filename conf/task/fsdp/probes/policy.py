"""The policy by which FSDP makes units: what it is, and what it says of modules that the probe shows it."""

from __future__ import annotations

from collections.abc import Iterator

from .course import Course, first_of_each
from .finding import Facts, Finding, fails, line_of, passes, unclear
from .live import Live

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
OTHERS = {name: f"{name}_auto_wrap_policy" for name in ("transformer", "size_based")}
OTHERS |= {"always": "always_wrap_policy"}


def wrap_policy(course: Course, live: Live) -> Iterator[Finding]:
    wrapping, wrapped = first_of_each(course, "wrapping"), first_of_each(course, "wrapped")
    if not wrapping:
        yield _by_syntax(live) if course.cut else fails("nothing is wrapped, so no policy is asked")
    kind, line = str(wrapping[0].get("policy")), line_of(wrapping[0])
    if kind == "none":
        yield fails("no auto_wrap_policy is handed over", line)
    if kind in OTHERS:
        yield fails(f"the policy is {OTHERS[kind]}, not lambda_auto_wrap_policy", line)
    if not wrapped:
        yield _failed_to_wrap(course, line)
    if kind not in ("lambda", "function"):
        yield fails(f"the policy is a {kind}, not lambda_auto_wrap_policy", line)
    yield from _answers(wrapped[0], line)
    yield passes("it is true for blocks and modules of over 1,000,000 own parameters alone", line)


def _answers(wrapped: Facts, line: int | None) -> Iterator[Finding]:
    answers = wrapped.get("answers")
    if not wrapped.get("lambdas"):
        yield fails("the policy does not use lambda_auto_wrap_policy", line)
    if "TransformerBlock" not in wrapped["units"]:
        yield fails("FSDP has made no unit of a TransformerBlock", line)
    if answers is None:
        yield unclear("the policy could not be asked", line)
    for name, expected in EXPECTED.items():
        said = wrapped["answers"].get(name)
        if said is not expected:
            words = str(said).lower() if isinstance(said, bool) else f"an error ({said})"
            yield fails(f"the policy says {words} of {MODULES[name]}", line)


def _failed_to_wrap(course: Course, line: int | None) -> Finding:
    trouble = course.trouble
    if trouble and any(word in trouble.reason for word in ("argument", "lambda_fn", "policy", "callable")):
        return fails(f"FSDP cannot ask the policy: {trouble.reason}", line)
    return unclear("FSDP ended with an error before the policy was asked", line)


def _by_syntax(live: Live) -> Finding:
    if "lambda_auto_wrap_policy" not in live.source.code:
        return fails("lambda_auto_wrap_policy is not used")
    return unclear("the wrapping is not reached")
